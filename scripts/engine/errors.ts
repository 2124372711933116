/** A failure whose message is meant for the person at the terminal: printed as it stands, with no stack. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** A command that ended badly, with what is needed to see why. */
export class CommandFailed extends EngineError {
  override readonly name = "CommandFailed";

  constructor(what: string, tail: string, log: string | undefined) {
    const output = tail === "" ? "" : `\n${tail.replace(/^/gm, "  | ")}`;
    super(`${what}${output}${log === undefined ? "" : `\nThe whole output is in ${log}`}`);
  }
}
