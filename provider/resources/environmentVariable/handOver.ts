import type { ProjectSession } from "../../projectSession";
import { isSameVariable, type VariableValue } from "../../rotation/branchVariable";
import { defaultTimeoutMs } from "../../rotation/build";
import { redeployBuiltWithout } from "../../rotation/builtWithout";
import { redeployBeside } from "../../rotation/inForce";
import { deploymentLock, variableLock } from "../../rotation/locks";
import { targetOf } from "../../rotation/target";
import { coded } from "../../text/codes";
import { Naming } from "./naming";

interface Left extends VariableValue {
  isSecret?: boolean | undefined;
}

/**
 * A resource leaves the program that has given a variable another value than the program's, and the state of the one that
 * sets it shows no difference: after a rename that failed and was taken back, or after a rollback. Gives the variable the
 * program's value, and redeploys what may run with the other one.
 *
 * @param left the variable, with the value that it was left with
 */
export async function handOver(session: ProjectSession, left: Left): Promise<void> {
  const { branch, name, isSecret = false } = left;
  const { program, log } = session.run;
  const { project } = session.scope;
  const value = program.variables.valueOf(project, left);
  if (value === undefined || value === left.value) return;
  // Whoever is only about to set it does so in its own turn: what that comes after may have failed.
  const set = program.variables.setEarlierTo(project, [value]);
  if (!set.some(({ now }) => isSameVariable(now, left))) return;
  const deployment = await session.deploymentOf(branch);
  const found = await session.exclusively(variableLock(left), async () => {
    if (session.variables.writtenValueOf(left) !== undefined) return "done";
    const told = deployment && (await session.variables.of(deployment));
    if (told?.values.get(name) === value) return "right";
    await new Naming(session).requireUsable({ branch, name, value });
    await session.client.updateVariable(session.scope, branch, { name, value, isSecret });
    await session.noteVariable({ branch, name, value }, undefined);
    return "set";
  });
  if (deployment === undefined || found === "done") return;
  const redeployments = program.redeployments.of(project, deployment);
  // A run that was killed has put the value right, and had no time to redeploy.
  const isBuiltWithIt =
    session.builds.isRedeployed(deployment.name) ||
    redeployments.some(({ before }) => before?.deployedOn === deployment.updatedOn);
  if (found === "right" && isBuiltWithIt) return;
  const text = `EnvironmentVariable '${branch}/${name}' was set by a resource that has left the program; it has the program's value again.`;
  log.info(coded("ZUPLO1308", text));
  if (redeployments.length === 0) return;
  await session.exclusively(deploymentLock(deployment.name), () =>
    redeployBeside(session, targetOf(deployment), defaultTimeoutMs),
  );
  await redeployBuiltWithout(session);
}
