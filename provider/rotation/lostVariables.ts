import type { ProjectSession } from "../projectSession";
import { isSameVariable, type VariableValue } from "./branchVariable";
import { typeOf } from "./builds";
import type { ChangedVariable } from "./rollback";
import { setAgain } from "./setVariable";
import type { InUse, InUseBefore } from "./superseded";
import type { Target } from "./target";
import { isUsable } from "./usable";

/**
 * Sets the variables that an earlier run has set and may have put back in a rollback, of which the state of their own
 * resources does not know: those of this deployment, and those of others that name the same certificates. An old
 * certificate is disabled for all the deployments of a type, so all their variables come first.
 */
export async function setLost(
  session: ProjectSession,
  target: Target,
  { certificates }: InUse,
  changed: readonly ChangedVariable[],
  pending: readonly VariableValue[],
): Promise<void> {
  const setUnless = (
    variable: VariableValue,
    last: string | undefined,
    isSet: (written: string | undefined) => boolean,
  ) => setAgain(session, variable, last, certificates, isSet);
  const own = changed.map(({ now, last }) => setUnless(now, last.value, written => written === now.value));
  const { program } = session.run;
  // What this run has given another value is the program's, or a rollback's of this run; what is no longer in the
  // program is nobody's to set.
  const { project } = session.scope;
  const lost = pending
    .filter(variable => certificates.includes(variable.value))
    .filter(
      variable =>
        program.variables.wants(project, variable) && !program.redeployments.isRolled(project, variable),
    );
  const others = lost.map(async variable => {
    const found = session.reportedValue(await session.variablesOf(variable.branch), variable);
    if (found === variable.value) return noteSetAgain(session, variable);
    // Where the branch could not use it, its own Redeployment says so.
    if (!(await isUsable(session, variable))) return;
    if (found !== undefined) program.variables.noteOverwritten(project, variable);
    await setUnless(variable, found ?? lastInState(session, variable), written => written !== undefined);
  });
  const putBack = async () => {
    const found = await putBackElsewhere(session, target, certificates);
    await Promise.all(found.map(({ now, last }) => setUnless(now, last, written => written !== undefined)));
  };
  await Promise.all([...own, ...others, putBack()]);
}

/**
 * Variables of other deployments of the type that states say are set to one of these certificates, and that have again
 * what their deployment was built with: a run that was killed in its rollback told no state.
 */
async function putBackElsewhere(
  session: ProjectSession,
  { branch: own, environmentType }: Target,
  certificates: readonly string[],
): Promise<{ now: VariableValue; last: string | undefined }[]> {
  const { program } = session.run;
  const { project } = session.scope;
  const set = program.variables.setEarlierTo(project, certificates);
  const open = program.redeployments
    .changedTo(project, certificates)
    .filter(
      ({ now }) =>
        now.branch !== own &&
        set.some(one => isSameVariable(one.now, now) && one.now.value === now.value) &&
        session.variables.writtenValueOf(now) === undefined &&
        program.variables.wants(project, now),
    );
  const found = await Promise.all(
    open.map(async ({ now, last }) => {
      const deployment = await session.deploymentOf(now.branch);
      if (deployment === undefined || typeOf(deployment) !== environmentType) return [];
      const told = session.reportedValue(await session.variables.of(deployment), now);
      // Where the branch could not use it, its own Redeployment says so.
      return told === last && (await isUsable(session, now)) ? [{ now, last }] : [];
    }),
  );
  return found.flat();
}

/** One that a run which was killed has set again: a rollback of this run puts it back. */
async function noteSetAgain(session: ProjectSession, variable: VariableValue): Promise<void> {
  const last = lastInState(session, variable);
  const deployment = await session.deploymentOf(variable.branch);
  const deployedOn = Promise.resolve(deployment?.updatedOn);
  session.ledger.noteWanted(variable, last, { at: undefined, deployedOn });
}

/** What a variable had before an earlier run set it to this value, as the states tell. */
function lastInState({ run: { program }, scope: { project } }: ProjectSession, variable: VariableValue) {
  const values = [variable.value];
  const known = [
    ...program.redeployments.changedTo(project, values),
    ...program.variables.setEarlierTo(project, values),
  ];
  return known.find(({ now, last }) => isSameVariable(now, variable) && last !== undefined)?.last;
}

/**
 * A Redeployment that no state knows may follow one that the state forgot after a rollback, and one whose state does not
 * know a variable, a rollback that was killed: the variables' own resources believe that they have been set. Those that it
 * does not list are built in all the same.
 */
export async function setForgotten(
  session: ProjectSession,
  { name, branch: branchName }: Target,
  { variables, certificates }: InUse,
  before: InUseBefore | undefined,
): Promise<void> {
  const { program } = session.run;
  const isKnown = (variable: VariableValue) =>
    before?.variables.some(known => isSameVariable(known, variable));
  const { project } = session.scope;
  const listed = variables.filter(variable => program.variables.wants(project, variable));
  const beside = program.variables
    .believedAs(project, certificates)
    .filter(variable => !listed.some(one => isSameVariable(one, variable)));
  const unwritten = [...listed, ...beside].filter(
    variable =>
      variable.branch === branchName &&
      isKnown(variable) !== true &&
      session.variables.writtenValueOf(variable) === undefined,
  );
  if (unwritten.length === 0) return;
  const told = await session.variables.of({ name, branchName });
  for (const variable of unwritten) {
    const found = session.reportedValue(told, variable);
    if (found === variable.value) continue;
    const last = found ?? session.ledger.valueBefore(variable);
    await setAgain(session, variable, last, certificates, written => written !== undefined);
  }
}
