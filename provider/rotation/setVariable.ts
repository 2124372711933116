import type { VariableResponse } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import type { VariableValue } from "./place";

/**
 * Sets a variable that exists. Nothing here tells whether it is a secret: every value is treated as one, but for the
 * names of certificates.
 */
export async function setVariable(
  { client, scope }: ProjectSession,
  { branch, name, value }: VariableValue,
  certificates: readonly string[],
): Promise<VariableResponse> {
  return client.updateVariable(scope, branch, { name, value, isSecret: !certificates.includes(value) });
}
