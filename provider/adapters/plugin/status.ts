import type { ServiceError } from "@grpc/grpc-js";
import { sentenceOf } from "../sentence";
import { CallError } from "./callError";
import { grpc } from "./grpc";

/** What the engine shows of an error: its sentence, never a stack. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof CallError) {
    const { code, message, metadata } = error;
    return metadata === undefined ? { code, details: message } : { code, details: message, metadata };
  }
  const details = sentenceOf(error);
  const name = error instanceof Error ? error.name : "";
  const isCancelled = name === "Cancelled" || name === "AbortError";
  return { code: isCancelled ? grpc.status.CANCELLED : grpc.status.UNKNOWN, details };
}
