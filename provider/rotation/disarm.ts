import type { VariableValue } from "../program/place";
import type { ProjectSession } from "../projectSession";
import type { ChangedVariable } from "./rollback";
import { setVariable } from "./setVariable";
import { isUsable } from "./usable";

/** Which of the variables that this run has changed are put back. */
export type Choice = (variable: VariableValue) => boolean;

/**
 * Puts back what this run has set to certificates that have failed, where no deployment serves with them: the next push
 * would take them on, whoever makes it.
 *
 * @returns the variables that have their last value again
 */
export async function disarm(
  session: ProjectSession,
  refused: readonly string[],
  isChosen: Choice,
): Promise<VariableValue[]> {
  const restored: VariableValue[] = [];
  for (const { last, branch, name, value } of session.ledger.changedTo(refused)) {
    const now = { branch, name, value };
    if (last === undefined || last === value || !isChosen(now)) continue;
    const before = { branch, name, value: last };
    const isName = await isUsable(session, before);
    if (last !== "" && !isName) continue;
    await session.exclusively(`variable/${branch}/${name}`, async () => {
      if (!isChosen(now) || session.variables.writtenBy(now) !== value) return;
      const found = (await session.variablesOf(branch))?.values.get(name) ?? value;
      // Somebody has set it meanwhile.
      if (found !== value) return;
      await setVariable(session, before, isName ? [last] : []);
      await session.variables.note(before);
      restored.push(before);
    });
  }
  return restored;
}

/** These variables, which a member of a redeploy has changed. */
export function among(variables: readonly ChangedVariable[]): Choice {
  return ({ branch, name }) => variables.some(({ now }) => now.branch === branch && now.name === name);
}

/** The variables of deployments that this run has not begun to redeploy. */
export async function ofThoseToCome(session: ProjectSession): Promise<Choice> {
  const { program } = session.run;
  const deployments = await session.deployments.list();
  return ({ branch }) => {
    const own = deployments.find(({ branchName, isWorkingCopy }) => branchName === branch && !isWorkingCopy);
    const place = { name: own?.name ?? "", branchName: branch };
    return !program.redeployments.isBegun(session.scope.project, place);
  };
}
