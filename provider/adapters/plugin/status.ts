import type { Metadata, ServiceError } from "@grpc/grpc-js";
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

/** What the engine shows of an error: its sentence, never a stack. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof CallError) {
    const { code, message, metadata } = error;
    return metadata === undefined ? { code, details: message } : { code, details: message, metadata };
  }
  const details = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : "";
  if (name === "Cancelled") return { code: grpc.status.CANCELLED, details };
  if (name === "AbortError") {
    return { code: grpc.status.CANCELLED, details: "cancelled: run the same command again to go on." };
  }
  return { code: grpc.status.UNKNOWN, details };
}
