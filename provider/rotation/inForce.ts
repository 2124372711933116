import { Invalid } from "../api/errors";
import type { DeploymentResponse } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { type Build, redeploy } from "./build";
import { keyOf, type VariableValue } from "./place";
import { setAgain } from "./setVariable";
import type { Target } from "./target";
import { enableAgain, isUsable, usableCertificates } from "./usable";

const hasOther = {
  one: "has the value that `variables` lists",
  several: "have the values that `variables` lists",
};
const namesNone = {
  one: "names a certificate that is enabled there, as it did",
  several: "name certificates that are enabled there, as they did",
};

/**
 * A redeploy takes on whatever its branch has by now, also for those that it is not for. What a Redeployment of this
 * deployment was last built with, and still wants, is put as the program has it: a certificate that somebody has disabled
 * is enabled, a variable that somebody has changed is set.
 */
export async function keepInForce(session: ProjectSession, target: Target): Promise<void> {
  const { program, log } = session.run;
  const { project } = session.scope;
  const place = { name: target.name, branchName: target.branch };
  const { certificates, variables } = program.redeployments.inForce(project, place);
  await usableCertificates(session, target, { certificates });
  // One that only a variable names is as much in use.
  await enableAgain(session, target, [
    ...variables.map(({ value }) => value),
    ...program.variables.valuesOn(project, target.branch),
  ]);
  const lost = await lostNames(session, target);
  if (lost.length > 0) throw changedByOthers(target, lost, namesNone);
  const unwritten = variables.filter(
    variable => variable.branch === target.branch && session.variables.writtenBy(variable) === undefined,
  );
  if (unwritten.length === 0) return;
  const told = await session.variables.of(place);
  const changed = [...new Map(unwritten.map(variable => [keyOf(variable), variable])).values()].filter(
    variable => (session.valueTold(told, variable) ?? variable.value) !== variable.value,
  );
  const wanted = changed.filter(variable => program.variables.wants(project, variable));
  const foreign = changed.filter(
    variable => certificates.includes(variable.value) && !program.variables.isSet(project, variable),
  );
  if (foreign.length > 0) throw changedByOthers(target, foreign, hasOther);
  for (const variable of wanted) {
    const isName = program.certificates.isNameOfOne(variable.value);
    if (isName && !(await isUsable(session, variable))) continue;
    // Zuplo tells it: it is no secret.
    await setAgain(session, variable, undefined, [variable.value], written => written !== undefined);
    const text = `EnvironmentVariable '${quote(`${variable.branch}/${variable.name}`)}' had been given another value: it is set again before the redeploy of '${quote(target.name)}'.`;
    log.info(coded("ZUPLO1318", text));
  }
}

/**
 * The variables of a branch that name a certificate which its deployment can use, whoever has set them: name → value.
 * Undefined where this run has not read them.
 */
export async function namesInUse(
  session: ProjectSession,
  { branchName = "", environmentType }: Pick<DeploymentResponse, "branchName" | "environmentType">,
): Promise<Record<string, string> | undefined> {
  const told = await session.variables.known(branchName);
  if (told === undefined || environmentType === undefined) return undefined;
  const certificates = await session.certificates.list();
  const isUsed = (value: string) =>
    certificates.some(({ name, environments }) => name === value && environments[environmentType]);
  return Object.fromEntries([...told.values].filter(([, value]) => isUsed(value)));
}

/**
 * Variables that named a certificate when the build was made that is still in service, that name none by now which it could
 * use, and of which nobody in this run knows: another stack's, or of resources that the engine has not told of.
 */
async function lostNames(session: ProjectSession, target: Target): Promise<VariableValue[]> {
  const { program } = session.run;
  const { project } = session.scope;
  const place = { name: target.name, branchName: target.branch };
  const { updatedOn } = (await session.deployments.get(target.name)) ?? {};
  if (updatedOn === undefined || session.builds.isRedeployed(target.name)) return [];
  const unknown = program.redeployments.namedWith(project, place, updatedOn).filter(
    variable =>
      !program.variables.isSet(project, variable) &&
      !program.variables.hasLeft(project, variable) &&
      // An earlier run has left it, and could not remove its certificate.
      !program.certificates.isRemoved(variable.value) &&
      session.variables.writtenBy(variable) === undefined,
  );
  if (unknown.length === 0 || (await session.variables.of(place)) === undefined) return [];
  const named = (await namesInUse(session, { ...target, branchName: target.branch })) ?? {};
  return unknown.filter(({ name }) => named[name] === undefined);
}

/** A redeploy that no Redeployment has asked for. */
export async function redeployBeside(
  session: ProjectSession,
  target: Target,
  timeoutMs: number,
): Promise<Build> {
  await keepInForce(session, target);
  return redeploy(session, target, timeoutMs);
}

/** What no resource of this run sets, none can put right. */
function changedByOthers(
  { name }: Target,
  variables: readonly VariableValue[],
  { one, several }: { one: string; several: string },
): Invalid {
  const names = variables.map(({ branch, name }) => `'${quote(`${branch}/${name}`)}'`);
  return new Invalid({
    operation: { verb: "redeploy", resource: "Redeployment", name },
    problem: `${enumerated(names)} no longer ${names.length === 1 ? one : several}, and the redeploy would take that on`,
    advice: `Run ${say.apply} again with a refresh, which shows what has changed.`,
    code: "ZUPLO1317",
  });
}
