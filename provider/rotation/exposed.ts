import { Cancelled, Conflict } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import { as } from "../record/acting";
import { coded } from "../text/codes";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import type { VariableValue } from "./branchVariable";
import { defaultTimeoutMs } from "./build";
import { disarmThoseToCome } from "./disarm";
import { redeployBeside } from "./inForce";
import { deploymentLock } from "./locks";
import { isUnfinished } from "./observation";
import { problemOf } from "./problem";
import type { Exposed, WhenSet } from "./runLedger";
import { targetOf } from "./target";

/**
 * Redeploys what may have been deployed with a value that has failed since, before it was put back: by a push, or by a
 * roll that another resource has asked for. Nobody else would: its own resource has not begun.
 *
 * @param failedAt the deployment at which it has failed
 * @param timeoutMs how long each redeploy may take
 */
export async function redeployExposed(
  session: ProjectSession,
  failedAt: string,
  timeoutMs: number,
): Promise<void> {
  const exposed = session.ledger.takeExposed(failedAt);
  const branches = [...new Set(exposed.map(({ branch }) => branch))];
  const of = (branch: string) => exposed.filter(variable => variable.branch === branch);
  await Promise.all(branches.map(branch => redeployBranch(session, branch, of(branch), failedAt, timeoutMs)));
}

/**
 * A variable has just been set to a value that has failed at a deployment meanwhile: it goes back, as those before it did.
 *
 * @throws Conflict where it is back, since its own resource would store the new value
 */
export async function disarmLate(session: ProjectSession, variable: VariableValue): Promise<void> {
  const { branch, name, value } = variable;
  const failedAt = session.ledger.refusedAt(value);
  if (failedAt === undefined) return;
  await disarmThoseToCome(session, failedAt, { refused: [value], variables: [] });
  await redeployExposed(session, failedAt, defaultTimeoutMs);
  if (session.variables.stillHas(variable)) return;
  throw new Conflict({
    operation: { verb: "set", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `deployment '${failedAt}' could not be rolled to the new value in this run, so the variable has its previous value again`,
    advice: `Correct what failed there and run ${say.apply} again.`,
    code: "ZUPLO1412",
  });
}

async function redeployBranch(
  session: ProjectSession,
  branch: string,
  variables: readonly Exposed[],
  failedAt: string,
  timeoutMs: number,
): Promise<void> {
  // It was there when its variable was set: nobody could redeploy what is not.
  const own = await session.deploymentOf(branch).catch(() => undefined);
  if (own === undefined) return;
  const refused = enumerated([...new Set(variables.map(({ value }) => `'${quote(value)}'`))]);
  const meanwhile = `been deployed after its variable was set to ${refused}, which failed at '${quote(failedAt)}'`;
  const { log, engine, signal } = session.run;
  try {
    await session.exclusively(deploymentLock(own.name), async () => {
      if (!(await isDeployedMeanwhile(session, own.name, variables))) return;
      if (signal?.aborted === true || !(await engine.isAlive())) return;
      await as({ because: "rollback" }, () => redeployBeside(session, targetOf(own), timeoutMs));
      const text = `Deployment '${quote(own.name)}' had ${meanwhile}: it was redeployed with what it had before.`;
      log.warn(coded("ZUPLO1415", text));
    });
  } catch (error) {
    if (error instanceof Cancelled) return;
    const text = `Deployment '${quote(own.name)}' may have ${meanwhile}, and could not be redeployed: ${problemOf(error)}. Redeploy it.`;
    log.warn(coded("ZUPLO1415", text));
  }
}

async function isDeployedMeanwhile(
  session: ProjectSession,
  deployment: string,
  variables: readonly Exposed[],
): Promise<boolean> {
  // What this run has asked for since was built with the last value.
  const open = variables.filter(({ until }) => !session.builds.isRebuiltSince(deployment, until));
  if (open.length === 0) return false;
  const now = await session.client.getDeployment(deployment);
  if (isUnfinished(now)) return true;
  const deployed = await Promise.all(open.map(({ set }) => isDeployedSince(set, now.updatedOn)));
  return deployed.includes(true);
}

/** By Zuplo's own clock, where it tells both dates. */
async function isDeployedSince({ at, deployedOn }: WhenSet, updatedOn: string | undefined): Promise<boolean> {
  const [set, deployed] = [Date.parse(at ?? ""), Date.parse(updatedOn ?? "")];
  if (Number.isNaN(set) || Number.isNaN(deployed)) return (await deployedOn) !== updatedOn;
  return deployed >= set;
}
