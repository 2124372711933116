import { Cancelled } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { quote } from "../text/redact";
import { defaultTimeoutMs } from "./build";
import { redeployBeside } from "./inForce";
import { deploymentLock } from "./locks";
import { problemOf } from "./problem";
import { targetOf } from "./target";

/** Redeploys what was built without a certificate of its that is enabled again, but for what this run has redeployed since. */
export async function redeployBuiltWithout(session: ProjectSession): Promise<void> {
  await Promise.all(
    session.ledger.takeBuiltWithout().map(async ({ deployment, certificate, until }) => {
      const { log, engine, signal } = session.run;
      const meanwhile = `built while MtlsCertificate '${quote(certificate)}' was disabled`;
      try {
        await session.exclusively(deploymentLock(deployment), async () => {
          if (session.builds.isRebuiltSince(deployment, until)) return;
          const found = await session.deployments.get(deployment);
          if (found === undefined || signal?.aborted === true || !(await engine.isAlive())) return;
          await redeployBeside(session, targetOf(found), defaultTimeoutMs);
          const text = `Deployment '${quote(deployment)}' was ${meanwhile}: it was redeployed with it.`;
          log.info(coded("ZUPLO1318", text));
        });
      } catch (error) {
        if (error instanceof Cancelled) return;
        const text = `Deployment '${quote(deployment)}' was ${meanwhile}, and could not be redeployed: ${problemOf(error)}. Redeploy it.`;
        log.warn(coded("ZUPLO1318", text));
      }
    }),
  );
}
