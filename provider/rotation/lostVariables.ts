import type { ProjectSession } from "../projectSession";
import { isSameVariable, type VariableValue } from "./branchVariable";
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
  await Promise.all([...own, ...others]);
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
 * know a variable, a rollback that was killed: the variables' own resources believe that they have been set.
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
  const unwritten = variables.filter(
    variable =>
      variable.branch === branchName &&
      isKnown(variable) !== true &&
      session.variables.writtenValueOf(variable) === undefined &&
      program.variables.wants(session.scope.project, variable),
  );
  if (unwritten.length === 0) return;
  const told = await session.variables.of({ name, branchName });
  for (const variable of unwritten) {
    const found = session.reportedValue(told, variable);
    if (found === variable.value) continue;
    await setAgain(session, variable, found, certificates, written => written !== undefined);
  }
}
