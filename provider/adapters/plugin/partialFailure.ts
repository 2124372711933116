import { PartialFailure } from "../../resources/partialFailure";
import type { SecretPath } from "../../resources/resource";
import type { Coded } from "../../text/codes";
import { inPulumiWords } from "../pulumiWords";
import { CallError } from "./callError";
import { Any, grpc, providerProto, Status } from "./grpc";
import { encode } from "./values";

/**
 * An object that exists, but not as it should: the engine stores its state, and calls update again in the next run.
 * Other errors stay as they are.
 */
export function asPartialFailure(error: unknown, secrets: readonly SecretPath[]): unknown {
  if (!(error instanceof PartialFailure)) return error;
  const detail = new providerProto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.state as object, secrets));
  // An error of the core, which has its code.
  const message = inPulumiWords(error.message) as Coded;
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
