import type { ProjectSession } from "../projectSession";
import { canBind, typeOf } from "./builds";
import { isSameVariable, type VariableValue } from "./place";
import { problemOf } from "./problem";
import type { ChangedVariable } from "./rollback";
import type { ChangedInRun } from "./runLedger";
import { setVariable } from "./setVariable";
import { ownDeploymentOf } from "./target";
import { isUsable } from "./usable";

/** Which of the variables that this run has changed are put back. */
export type Choice = (variable: VariableValue) => boolean;

/** What was put back, and why more was not. */
export interface DisarmReport {
  putBack: VariableValue[];
  problem: string | undefined;
}

/**
 * Puts back what this run has set to certificates that have failed, or one before it that was cut short, where no
 * deployment serves with them: the next push would take them on, whoever makes it.
 *
 * @param failed the deployment at which they have failed
 * @returns the variables that have their last value again, and why others have not
 */
export async function disarm(
  session: ProjectSession,
  failed: string,
  refused: readonly string[],
  isChosen: Choice,
): Promise<DisarmReport> {
  const restored: VariableValue[] = [];
  const putBack = async (wanted: ChangedInRun) => {
    const { last, branch, name, value } = wanted;
    const now = { branch, name, value };
    if (last === undefined || last === value || !isChosen(now)) return;
    const before = { branch, name, value: last };
    await session.exclusively(`variable/${branch}/${name}`, async () => {
      if (!isChosen(now) || (session.variables.writtenBy(now) ?? value) !== value) return;
      const found = session.valueTold(await session.variablesOf(branch), now) ?? value;
      // Somebody has set it meanwhile. The value of before is told where a variable counts once it is deployed.
      if (found !== value && found !== last) return;
      await enableAgain(session, before, failed);
      const isName = await isUsable(session, before);
      if (last !== "" && !isName) return;
      session.ledger.noteDisarmed(now, failed);
      await setVariable(session, before, isName ? [last] : []);
      session.ledger.noteExposed({ ...wanted, failed, until: session.builds.moment() });
      await session.variables.note(before);
      restored.push(before);
    });
  };
  const changed = [...session.ledger.changedTo(refused), ...(await setEarlier(session, refused))];
  const done = await Promise.allSettled(changed.map(putBack));
  const failure = done.find(each => each.status === "rejected");
  return { putBack: restored, problem: failure && problemOf(failure.reason) };
}

/** What earlier runs have set to these values and this one found as it is, where no roll has taken it on. */
async function setEarlier(session: ProjectSession, refused: readonly string[]): Promise<ChangedInRun[]> {
  const { program } = session.run;
  const { project } = session.scope;
  const byState = program.redeployments.changedTo(project, refused).map(({ now, last, deployedOn }) => ({
    ...now,
    last,
    set: { at: undefined, deployedOn: Promise.resolve(deployedOn) },
  }));
  const byVariable = await Promise.all(
    program.variables.setEarlierTo(project, refused).map(async ({ now, last }) => {
      const deployment = await session.deploymentOf(now.branch);
      const certificate = (await session.certificates.list()).find(({ name }) => name === now.value);
      // What is served since may have been verified: its Redeployment would know.
      if (deployment === undefined || certificate === undefined || canBind(deployment, certificate))
        return [];
      const { branch, name, value } = now;
      return [
        {
          branch,
          name,
          value,
          last,
          set: { at: undefined, deployedOn: Promise.resolve(deployment.updatedOn) },
        },
      ];
    }),
  );
  const all = [...byState, ...byVariable.flat()];
  const isKnown = (one: ChangedInRun, index: number) =>
    session.ledger.wantedAs([one.value]).some(wanted => isSameVariable(wanted, one)) ||
    all.findIndex(other => isSameVariable(other, one)) !== index;
  return all.filter((one, index) => !isKnown(one, index));
}

/** Enables what a variable named before, where this run has disabled it: all that name it had got the one that failed. */
async function enableAgain(
  session: ProjectSession,
  { branch, value }: VariableValue,
  failed: string,
): Promise<void> {
  const deployment = await session.deploymentOf(branch);
  const certificate = (await session.certificates.list()).find(({ name }) => name === value);
  if (deployment === undefined || certificate === undefined) return;
  const type = typeOf(deployment);
  if (certificate.environments[type] || !session.builds.isDisabled(certificate, type)) return;
  session.ledger.hold(certificate.id, type, failed);
  await session.safety.enable(certificate.id, [type]);
}

/** Puts back what waits for a push of deployments that this run has not begun to roll. It does not fail. */
export async function disarmThoseToCome(
  session: ProjectSession,
  failed: string,
  { refused, variables }: { refused: readonly string[]; variables: readonly ChangedVariable[] },
): Promise<DisarmReport> {
  const isOwn = among(variables);
  try {
    const isToCome = await ofThoseToCome(session);
    const isChosen: Choice = variable => !isOwn(variable) && isToCome(variable);
    return await disarm(session, failed, refused, isChosen);
  } catch (error) {
    return { putBack: [], problem: problemOf(error) };
  }
}

/** These variables, which a member of a redeploy has changed. */
export function among(variables: readonly ChangedVariable[]): Choice {
  return variable => variables.some(({ now }) => isSameVariable(now, variable));
}

/** The variables of deployments that this run has not begun to roll to what they have now. */
async function ofThoseToCome(session: ProjectSession): Promise<Choice> {
  const { program } = session.run;
  const deployments = await session.deployments.list();
  return variable => {
    const { branch } = variable;
    const place = { name: ownDeploymentOf(deployments, branch)?.name ?? "", branchName: branch };
    return !program.redeployments.isBegun(session.scope.project, place, variable);
  };
}
