import { setTimeout as sleep } from "node:timers/promises";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import type { CertificateAnswer, DeploymentAnswer } from "../zuplo/answers";
import { NotFound, Referenced } from "../zuplo/errors";
import { pauses, signalOption } from "./gateway";

/** How long Zuplo may need to notice that the last reference is gone, in milliseconds. */
const defaultTimeoutMs = 600_000;
/** A refusal is looked at again for this long even where a deployment explains it, in milliseconds. */
const graceMs = 3000;

/**
 * Deletes a certificate. A refusal is waited out while every deployment has been redeployed since the certificate was
 * disabled; a deployment that still binds it is named at once, since no waiting helps. Nothing is disabled here.
 */
export async function remove(
  session: ProjectSession,
  id: string,
  name: string,
  signal?: AbortSignal,
  timeoutMs = defaultTimeoutMs,
): Promise<void> {
  const startedAt = performance.now();
  for (const pause of pauses(250, 5000)) {
    try {
      await session.client.deleteCertificate(session.scope, id, name);
      break;
    } catch (error) {
      if (error instanceof NotFound) break;
      if (!(error instanceof Referenced)) throw error;
      const holders = await holdersOf(session, id);
      if (holders === undefined) break;
      const elapsed = performance.now() - startedAt;
      if (holders.length > 0 && elapsed >= graceMs) throw stillBound(error, name, holders);
      if (elapsed >= timeoutMs) throw error;
      await sleep(pause, undefined, signalOption(signal));
    }
  }
  await session.certificates.forget(id);
}

/**
 * Deletes what a killed run left of the same prefix and lineage: known to no state, disabled by this run, and no
 * longer bound. Zuplo's refusal is respected.
 */
export async function removeOrphans(session: ProjectSession, name: string): Promise<CertificateAnswer[]> {
  const family = familyOf(name);
  if (family === undefined || !session.hasOrphans()) return [];
  const orphans = (await session.certificates.list()).filter(
    certificate => session.isOrphan(certificate.id) && familyOf(certificate.name) === family,
  );
  const removed: CertificateAnswer[] = [];
  for (const orphan of orphans) {
    try {
      await session.client.deleteCertificate(session.scope, orphan.id, orphan.name);
      removed.push(orphan);
    } catch (error) {
      if (!(error instanceof Referenced || error instanceof NotFound)) throw error;
    }
    await session.certificates.forget(orphan.id);
  }
  return removed;
}

/** The deployments that can still bind the certificate; undefined when it is gone. */
async function holdersOf(session: ProjectSession, id: string): Promise<DeploymentAnswer[] | undefined> {
  try {
    const [certificate, deployments] = await Promise.all([
      session.client.getCertificate(session.scope, id),
      session.deployments.refresh(),
    ]);
    return deployments.filter(
      deployment => !session.hasReleased(id, deployment.name) && canBind(deployment, certificate),
    );
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** A deployment binds what was enabled for its type when it was last redeployed. */
export function canBind(deployment: DeploymentAnswer, certificate: CertificateAnswer): boolean {
  const deployedAt = time(deployment.updatedOn);
  const createdAt = time(certificate.createdOn);
  if (deployedAt === undefined) return true;
  if (createdAt !== undefined && deployedAt < createdAt) return false;
  const { environmentType } = deployment;
  const isEnabled = environmentType === undefined || certificate.environments[environmentType];
  if (isEnabled) return true;
  const disabledAt = time(certificate.updatedOn);
  return disabledAt === undefined || deployedAt < disabledAt;
}

function time(iso: string | undefined): number | undefined {
  const parsed = Date.parse(iso ?? "");
  return Number.isNaN(parsed) ? undefined : parsed;
}

function stillBound(refusal: Referenced, name: string, holders: readonly DeploymentAnswer[]): Referenced {
  const list = holders
    .map(
      ({ name, environmentType, branchName }) =>
        `${name} (${environmentType ?? "unknown type"}, branch ${branchName ?? "unknown"})`,
    )
    .join(", ");
  const count = holders.length === 1 ? "1 deployment" : `${holders.length} deployments`;
  return new Referenced({
    operation: { verb: "delete", resource: "MtlsCertificate", name },
    problem: `still bound by ${count}: ${list}`,
    advice:
      "Redeploy them with a Redeployment whose `certificates` do not name it, or delete them, and run `pulumi up` again; " +
      'or set onDelete: "retain" to leave the certificate at Zuplo.',
    ...(refusal.status === undefined ? {} : { status: refusal.status }),
  });
}
