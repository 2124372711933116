import type { VariableResponse } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import type { VariableValue } from "./branchVariable";
import { variableLock } from "./locks";

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

/** Sets a variable to the program's value, unless what this run has written there says that it is set. */
export async function setAgain(
  session: ProjectSession,
  variable: VariableValue,
  last: string | undefined,
  certificates: readonly string[],
  isSet: (written: string | undefined) => boolean,
): Promise<void> {
  await session.exclusively(variableLock(variable), async () => {
    if (isSet(session.variables.writtenValueOf(variable))) return;
    const { updatedOn } = await setVariable(session, variable, certificates);
    await session.noteVariable(variable, updatedOn, last);
  });
}
