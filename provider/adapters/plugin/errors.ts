import type { Metadata, ServerUnaryCall, ServiceError, sendUnaryData } from "@grpc/grpc-js";
import type { CheckFailure as FailureMessage } from "@pulumi/pulumi/proto/provider_pb";
import { BadArguments } from "../../resources/badArguments";
import type { CheckFailure, RawInputs, SecretPath } from "../../resources/resource";
import { isSecretAt } from "../../resources/secrecy";
import { type Coded, coded, failureText } from "../../text/codes";
import { oneLine } from "../../text/redact";
import { inPulumiWords } from "../pulumiWords";
import { sentenceOf } from "../sentence";
import { encode } from "./values";
import { Any, grpc, providerProto, Status } from "./wire";

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

/** Answers a call with what `work` returns, or with the status of what it throws. */
export function unary<Request, Response>(work: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        response => answer(null, response),
        error => answer(toServiceError(error)),
      );
  };
}

/** What the engine shows of an error: its sentence, never a stack. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (error instanceof CallError) {
    const { code, message, metadata } = error;
    return metadata === undefined ? { code, details: message } : { code, details: message, metadata };
  }
  const details = sentenceOf(error);
  const name = error instanceof Error ? error.name : "";
  if (error instanceof BadArguments) return { code: grpc.status.INVALID_ARGUMENT, details };
  const isCancelled = name === "Cancelled" || name === "AbortError";
  return { code: isCancelled ? grpc.status.CANCELLED : grpc.status.UNKNOWN, details };
}

/**
 * An object that exists, but not as it should: the engine stores its state, and calls update again in the next run.
 */
export function partialFailure(
  id: string,
  state: RawInputs,
  secrets: readonly SecretPath[],
  failure: Error,
): CallError {
  const detail = new providerProto.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(encode(state, secrets));
  // An error of the core, which has its code.
  const message = inPulumiWords(failure.message) as Coded;
  detail.setReasonsList([message]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  // Go's gRPC carries structured details in a header of this name.
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return new CallError(grpc.status.UNKNOWN, message, metadata);
}

/** Values longer than this are not shown beside a failure. */
const maxShownLength = 120;

/**
 * The engine prints the value of a property that it is told of, secret or not. So it is told of the property where
 * that is a short text in clear or missing; elsewhere the reason alone says which one it is, as it always does.
 */
export function failureMessages(
  failures: readonly CheckFailure[],
  values: RawInputs,
  secrets: readonly SecretPath[],
): FailureMessage[] {
  return failures.map(failure => {
    const { property } = failure;
    const message = new providerProto.CheckFailure();
    if (isShown(property, values, secrets)) message.setProperty(property);
    message.setReason(oneLine(inPulumiWords(failureText(failure))));
    return message;
  });
}

function isShown(property: string, values: RawInputs, secrets: readonly SecretPath[]): boolean {
  if (!/^\w+$/.test(property) || isSecretAt(secrets, property)) return false;
  const value = values[property];
  if (value === undefined || typeof value === "boolean" || typeof value === "number") return true;
  return typeof value === "string" && value.length <= maxShownLength && !value.includes("\n");
}
