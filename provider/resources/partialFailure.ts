/**
 * The object exists, but not as it should: the engine stores `state` as a partial failure, and the next `up` calls
 * update again although no input changed.
 */
export class PartialFailure<State> extends Error {
  constructor(
    readonly id: string,
    readonly state: State,
    override readonly cause: Error,
  ) {
    super(cause.message);
    this.stack = cause.name;
  }
}
