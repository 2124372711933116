import { failureText } from "../text/codes";
import type { CheckFailure } from "./resource";

/** The arguments of a call that writes are not acceptable. */
export class BadArguments extends Error {
  constructor(failures: readonly CheckFailure[]) {
    super(failures.map(failureText).join("\n"));
  }
}
