import type { ZuploError } from "../api/errors";
import type { RollbackReport } from "./rollback";

/** The new build is not in service, or does not work; where there was something to go back to, it was restored. */
export class RollFailed extends Error {
  readonly rollback: RollbackReport | undefined;
  /** Nobody has asked Zuplo to redeploy: it serves as before. */
  readonly isUntouched: boolean;

  constructor(
    override readonly cause: ZuploError,
    { rollback, isUntouched = false }: { rollback?: RollbackReport; isUntouched?: boolean } = {},
  ) {
    super(cause.message);
    this.rollback = rollback;
    this.isUntouched = isUntouched;
  }
}
