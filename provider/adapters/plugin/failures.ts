import type { CheckFailure as FailureMessage } from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure, RawInputs, SecretPath } from "../../resources/resource";
import { failureText, isSecretAt } from "../secretReason";
import { providerProto } from "./grpc";

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
    message.setReason(failureText(failure, values, secrets));
    return message;
  });
}

function isShown(property: string, values: RawInputs, secrets: readonly SecretPath[]): boolean {
  if (!/^\w+$/.test(property) || isSecretAt(secrets, property)) return false;
  const value = values[property];
  if (value === undefined || typeof value === "boolean" || typeof value === "number") return true;
  return typeof value === "string" && value.length <= maxShownLength && !value.includes("\n");
}
