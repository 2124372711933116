import { Invalid } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { type DeploymentPlace, keyOf, type VariableValue } from "./branchVariable";
import { type Build, redeploy } from "./build";
import { setAgain } from "./setVariable";
import type { Target } from "./target";
import { requireVerified } from "./unverified";
import { enableAgain, isUsable, usableCertificates } from "./usable";

/**
 * A redeploy takes on whatever its branch has by now, also for those that it is not for. What a Redeployment of this
 * deployment was last built with, and still wants, is put as the program has it: a certificate that somebody has disabled
 * is enabled, a variable that somebody has changed is set. Refuses what no resource of this run can put right.
 */
export async function keepInForce(session: ProjectSession, target: Target): Promise<void> {
  const { program } = session.run;
  const { certificates, variables } = inForceAt(session, target);
  await usableCertificates(session, target, { certificates });
  const drifted = await driftedAmong(session, target, variables);
  const foreign = drifted.filter(
    variable =>
      certificates.includes(variable.value) && !program.variables.isSet(session.scope.project, variable),
  );
  if (foreign.length > 0) throw changedByOthers(target, foreign);
  await putRight(session, target, variables, drifted);
}

/** A redeploy that no Redeployment has asked for: what can be put right is, and what nobody has verified is not served. */
export async function redeployBeside(
  session: ProjectSession,
  target: Target,
  timeoutMs: number,
): Promise<Build> {
  requireVerified(session, target.name);
  const { certificates, variables } = inForceAt(session, target);
  await enableAgain(session, target, certificates);
  await putRight(session, target, variables, await driftedAmong(session, target, variables));
  return redeploy(session, target, timeoutMs);
}

function inForceAt({ run, scope }: ProjectSession, target: Target) {
  return run.program.redeployments.inForce(scope.project, placeOf(target));
}

/** Those that this run has not written and that have another value by now, where Zuplo tells it. */
async function driftedAmong(
  session: ProjectSession,
  target: Target,
  variables: readonly VariableValue[],
): Promise<VariableValue[]> {
  const unwritten = variables.filter(
    variable => variable.branch === target.branch && session.variables.writtenValueOf(variable) === undefined,
  );
  if (unwritten.length === 0) return [];
  const told = await session.variables.of(placeOf(target));
  return [...new Map(unwritten.map(variable => [keyOf(variable), variable])).values()].filter(
    variable => (session.reportedValue(told, variable) ?? variable.value) !== variable.value,
  );
}

async function putRight(
  session: ProjectSession,
  target: Target,
  variables: readonly VariableValue[],
  drifted: readonly VariableValue[],
): Promise<void> {
  const { program, log } = session.run;
  const { project } = session.scope;
  // A certificate that only a variable names is as much in use.
  await enableAgain(session, target, [
    ...variables.map(({ value }) => value),
    ...program.variables.valuesOn(project, target.branch),
  ]);
  for (const variable of drifted.filter(each => program.variables.wants(project, each))) {
    const isName = program.certificates.isNameOfOne(variable.value);
    if (isName && !(await isUsable(session, variable))) continue;
    // Zuplo tells it: it is no secret.
    await setAgain(session, variable, undefined, [variable.value], written => written !== undefined);
    const text = `EnvironmentVariable '${quote(`${variable.branch}/${variable.name}`)}' had been given another value: it is set again before the redeploy of '${quote(target.name)}'.`;
    log.info(coded("ZUPLO1318", text));
  }
}

function placeOf({ name, branch }: Target): DeploymentPlace {
  return { name, branchName: branch };
}

/** What no resource of this run sets, none can put right. */
function changedByOthers(target: Target, variables: readonly VariableValue[]): Invalid {
  const names = variables.map(({ branch, name }) => `'${quote(`${branch}/${name}`)}'`);
  return new Invalid({
    operation: { verb: "redeploy", resource: "deployment", name: target.name },
    problem: `${enumerated(names)} no longer ${names.length === 1 ? "has" : "have"} the value that \`variables\` lists, and the redeploy would take that on`,
    advice: `Run ${say.apply} again with a refresh, which shows what has changed.`,
    code: "ZUPLO1317",
  });
}
