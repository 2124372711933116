/** The state file: private keys are in it, hence mode 0600; replaced as a whole, so that a kill never leaves half a file. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type State, stateSchema } from "./model";

export function loadState(path: string): State | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = stateSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success)
    throw new Error(`${path} is not a state file of this emulator: ${parsed.error.message}`);
  return parsed.data;
}

/** Synchronous on purpose: two saves can then never overtake each other. */
export function saveState(path: string, state: State): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}
