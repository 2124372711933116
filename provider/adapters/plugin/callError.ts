import type { Metadata } from "@grpc/grpc-js";
import { grpc } from "./grpc";

/** A call that cannot be answered, with the gRPC status that says why. */
export class CallError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly metadata?: Metadata,
  ) {
    super(message);
  }
}

export const unimplemented = (what: string) =>
  new CallError(grpc.status.UNIMPLEMENTED, `${what} is not implemented by the Zuplo provider.`);

export const invalidArgument = (problem: string) => new CallError(grpc.status.INVALID_ARGUMENT, problem);
