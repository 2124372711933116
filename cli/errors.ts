import { type Code, coded } from "../provider/text/codes";
import { oneLine } from "../provider/text/redact";

/** A failure that a person can act on: one sentence that says what happened, and one that says what to do. */
export class CliError extends Error {
  constructor(
    problem: string,
    readonly remedy: string,
    /** Under which the message stands in the documentation. */
    readonly code: Code,
  ) {
    super(coded(code, `${oneLine(problem)}\n${oneLine(remedy)}`));
    this.name = "CliError";
  }
}

/** The command line itself is wrong, whatever there is at Zuplo or in files: it is not worth another try. */
export class UsageError extends CliError {
  constructor(problem: string, remedy: string, code: Code = "ZUPLO1503") {
    super(problem, remedy, code);
    this.name = "UsageError";
  }
}

/** How a command ended, for whoever started it. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** `status --within`: something expires. `renew-due`: it is time to renew. */
  expiring: 2,
  /** EX_USAGE of sysexits.h: a script sees it apart from a failure that another try may mend. */
  usage: 64,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
