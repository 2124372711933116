import type { Metadata } from "@grpc/grpc-js";
import { type Coded, coded } from "../../text/codes";
import { grpc } from "./grpc";

/** A call that cannot be answered, with the gRPC status that says why. */
export class CallError extends Error {
  constructor(
    readonly code: number,
    message: Coded,
    readonly metadata?: Metadata,
  ) {
    super(message);
  }
}

export const unimplemented = (what: string) =>
  new CallError(
    grpc.status.UNIMPLEMENTED,
    coded("ZUPLO1902", `${what} is not implemented by the Zuplo provider.`),
  );

export const invalidArgument = (problem: Coded) => new CallError(grpc.status.INVALID_ARGUMENT, problem);
