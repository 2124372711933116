import { saidBy } from "../text/cancelled";
import { coded, codeIn } from "../text/codes";

/**
 * The object exists, but not as it should: the engine stores `state` as a partial failure, and the next run calls
 * update again although no input changed.
 */
export class PartialFailure<State> extends Error {
  /** @param more lines that follow what the cause says, before its code */
  constructor(
    readonly id: string,
    readonly state: State,
    override readonly cause: Error,
    more: readonly string[] = [],
  ) {
    const { code, text } = codeIn(saidBy(cause));
    const all = [text, ...more].join("\n");
    super(code === undefined ? all : coded(code, all));
    this.stack = cause.name;
  }
}
