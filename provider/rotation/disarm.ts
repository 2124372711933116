import { wasLost } from "../api/errors";
import type { CertificateResponse } from "../api/responses";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import { isSameVariable, type VariableValue } from "./branchVariable";
import { canBind, typeOf } from "./builds";
import { variableLock } from "./locks";
import { problemOf } from "./problem";
import type { ChangedVariable } from "./rollback";
import type { ChangedInRun } from "./runLedger";
import { setVariable } from "./setVariable";
import { ownDeploymentOf } from "./target";

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
 * @param failedAt the deployment at which they have failed
 * @returns the variables that have their previous value again, and why others have not
 */
export async function disarm(
  session: ProjectSession,
  failedAt: string,
  refused: readonly string[],
  isChosen: Choice,
): Promise<DisarmReport> {
  const { redeployments } = session.run.program;
  const restored: VariableValue[] = [];
  const putBack = async (wanted: ChangedInRun) => {
    const { branch, name, value } = wanted;
    // One that was not there before goes back to what serves.
    const last = wanted.last ?? redeployments.predecessorOf(session.scope.project, value);
    const now = { branch, name, value };
    if (last === undefined || last === value || !isChosen(now)) return;
    const before = { branch, name, value: last };
    await session.exclusively(variableLock(wanted), async () => {
      if (!isChosen(now) || !session.variables.stillHas(now)) return;
      const found = session.reportedValue(await session.variablesOf(branch), now) ?? value;
      // Somebody has set it meanwhile. The value of before is told where a variable counts once it is deployed.
      if (found !== value && found !== last) return;
      const previous = await session.certificateNamed(last);
      const restore = async () => {
        const isName = await isUsableAgain(session, branch, previous, value, failedAt);
        if (last !== "" && !isName) return;
        session.ledger.noteDisarmed(now, failedAt);
        await setVariable(session, before, isName ? [last] : []).catch(error => {
          if (wasLost(error)) session.variables.noteLost(before);
          throw error;
        });
        session.ledger.noteExposed({ ...wanted, failedAt, until: session.builds.moment() });
        await session.variables.note(before);
        restored.push(before);
      };
      // Until it is named again, another roll of this run would find that nobody misses it.
      await (previous === undefined ? restore() : session.safety.alone(previous.id, restore));
    });
  };
  const changed = [...session.ledger.changedTo(refused), ...(await setEarlier(session, refused))];
  const done = await Promise.allSettled(changed.map(putBack));
  const failure = done.find(each => each.status === "rejected");
  return { putBack: restored, problem: failure && problemOf(failure.reason) };
}

/** What earlier runs have set to these values and this one found as it is, where no roll has taken it on. */
async function setEarlier(session: ProjectSession, refused: readonly string[]): Promise<ChangedInRun[]> {
  const { redeployments, variables } = session.run.program;
  const { project } = session.scope;
  const built = redeployments.changedTo(project, refused);
  const own = variables.setEarlierTo(project, refused);
  const all = [...own, ...built].map(({ now }) => now);
  const inThisRun = session.ledger.wantedAs(refused);
  const open = all.filter(
    (one, index) =>
      all.findIndex(other => isSameVariable(other, one)) === index &&
      !inThisRun.some(wanted => isSameVariable(wanted, one)),
  );
  const found = await Promise.all(
    open.map(async ({ branch, name, value }): Promise<ChangedInRun[]> => {
      const now = { branch, name, value };
      const [state, variable] = [built, own].map(each => each.find(one => isSameVariable(one.now, now)));
      const deployment = await session.deploymentOf(branch);
      const certificate = await session.certificateNamed(value);
      if (deployment === undefined) return [];
      // What the variable alone knows counts until something has been served since: that may have been verified.
      const isBuiltSince = !isBefore(deployment.updatedOn, variable?.at);
      const mayBeServed = certificate === undefined || (isBuiltSince && canBind(deployment, certificate));
      const last = state?.last ?? (mayBeServed ? undefined : variable?.last);
      const told = session.reportedValue(await session.variables.of(deployment), now);
      const isSet = told === value || (variable !== undefined && (told === undefined || told === last));
      if (last === undefined || !isSet) return [];
      const deployedOn = Promise.resolve(state?.deployedOn ?? deployment.updatedOn);
      return [{ ...now, last, set: { at: undefined, deployedOn } }];
    }),
  );
  return found.flat();
}

/** By Zuplo's own clock, where it tells both dates. */
function isBefore(date: string | undefined, other: string | undefined): boolean {
  return Date.parse(date ?? "") < Date.parse(other ?? "");
}

/**
 * Whether a branch can use what a variable named before. It is enabled where this run has disabled it, or one before it
 * that was cut short: all that name it had got the one that failed.
 */
async function isUsableAgain(
  session: ProjectSession,
  branch: string,
  previous: CertificateResponse | undefined,
  refused: string,
  failedAt: string,
): Promise<boolean> {
  const deployment = await session.deploymentOf(branch);
  if (deployment === undefined) return true;
  // A write that failed may have been applied all the same: only Zuplo knows what it is enabled for.
  const certificate = previous && (await session.safety.freshCertificate(previous.id));
  if (certificate === undefined) return false;
  const type = typeOf(deployment);
  if (session.ledger.mayBeDisabledLater(certificate.id, type)) return false;
  if (certificate.environments[type]) return true;
  const family = familyOf(certificate.name);
  const isEarlier = family !== undefined && family === familyOf(refused);
  if (!session.builds.isDisabled(certificate, type) && !isEarlier) return false;
  session.ledger.hold(certificate.id, type, failedAt);
  await session.safety.enableNow(certificate.id, [type]);
  return true;
}

/** Puts back what waits for a push of deployments that this run has not begun to roll. It does not fail. */
export async function disarmThoseToCome(
  session: ProjectSession,
  failedAt: string,
  { refused, variables }: { refused: readonly string[]; variables: readonly ChangedVariable[] },
): Promise<DisarmReport> {
  const isOwn = among(variables);
  session.ledger.noteRefused(refused, failedAt);
  try {
    const isToCome = await ofThoseToCome(session);
    const isChosen: Choice = variable => !isOwn(variable) && isToCome(variable);
    return await disarm(session, failedAt, refused, isChosen);
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
