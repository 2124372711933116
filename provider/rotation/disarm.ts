import type { VariableValue } from "../program/place";
import type { ProjectSession } from "../projectSession";
import type { ChangedVariable } from "./rollback";
import type { WantedVariable } from "./runLedger";
import { setVariable } from "./setVariable";
import { isUsable } from "./usable";

/** Which of the variables that this run has changed are put back. */
export type Choice = (variable: VariableValue) => boolean;

/**
 * Puts back what this run has set to certificates that have failed, where no deployment serves with them: the next push
 * would take them on, whoever makes it.
 *
 * @param failed the deployment at which they have failed
 * @returns the variables that have their last value again
 */
export async function disarm(
  session: ProjectSession,
  failed: string,
  refused: readonly string[],
  isChosen: Choice,
): Promise<VariableValue[]> {
  const restored: VariableValue[] = [];
  const putBack = async ({ last, branch, name, value }: WantedVariable) => {
    const now = { branch, name, value };
    if (last === undefined || last === value || !isChosen(now)) return;
    const before = { branch, name, value: last };
    const isName = await isUsable(session, before);
    if (last !== "" && !isName) return;
    await session.exclusively(`variable/${branch}/${name}`, async () => {
      if (!isChosen(now) || session.variables.writtenBy(now) !== value) return;
      const found = session.valueTold(await session.variablesOf(branch), now) ?? value;
      // Somebody has set it meanwhile. The value of before is told where a variable counts once it is deployed.
      if (found !== value && found !== last) return;
      session.ledger.noteDisarmed(now, failed);
      await setVariable(session, before, isName ? [last] : []);
      await session.variables.note(before);
      restored.push(before);
    });
  };
  await Promise.all(session.ledger.changedTo(refused).map(putBack));
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
