import { Cancelled } from "../api/errors";
import type { DeploymentResponse } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { quote } from "../text/redact";
import { defaultTimeoutMs } from "./build";
import { redeployBeside } from "./inForce";
import { deploymentLock } from "./locks";
import { problemOf } from "./problem";
import type { BuiltWithout } from "./runLedger";
import { targetOf } from "./target";

/**
 * Redeploys what was built without a certificate of its that is enabled again, but for what this run has redeployed since.
 * What is yet to be rolled is left for later: its own roll comes, and not before its turn.
 */
export async function redeployBuiltWithout(session: ProjectSession): Promise<void> {
  await Promise.all(session.ledger.takeBuiltWithout().map(built => redeployOne(session, built)));
}

async function redeployOne(session: ProjectSession, built: BuiltWithout): Promise<void> {
  const { deployment, certificate, until } = built;
  const { log, engine, signal } = session.run;
  const meanwhile = `built while MtlsCertificate '${quote(certificate)}' was disabled`;
  try {
    await session.exclusively(deploymentLock(deployment), async () => {
      if (session.builds.isRebuiltSince(deployment, until)) return;
      const found = await session.deployments.get(deployment);
      if (found === undefined || signal?.aborted === true || !(await engine.isAlive())) return;
      if (isYetToRoll(session, found)) {
        session.ledger.noteBuiltWithout(built);
        return;
      }
      await redeployBeside(session, targetOf(found), defaultTimeoutMs);
      const text = `Deployment '${quote(deployment)}' was ${meanwhile}: it was redeployed with it.`;
      log.info(coded("ZUPLO1318", text));
    });
  } catch (error) {
    if (error instanceof Cancelled) return;
    const text = `Deployment '${quote(deployment)}' was ${meanwhile}, and could not be redeployed: ${problemOf(error)}. Redeploy it.`;
    log.warn(coded("ZUPLO1318", text));
  }
}

/** Whether a variable of a deployment has a value that no roll of it has begun to take on. */
function isYetToRoll(session: ProjectSession, deployment: DeploymentResponse): boolean {
  const { ledger, run, scope, variables } = session;
  return ledger
    .changedOn(deployment.branchName)
    .filter(variable => variables.stillHas(variable))
    .some(variable => !run.program.redeployments.isBegun(scope.project, deployment, variable));
}
