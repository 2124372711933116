import type { ProjectSession } from "../projectSession";
import { type CertificateAnswer, type EnvironmentType, environmentTypes } from "../zuplo/answers";
import { Conflict, Invalid, NotFound } from "../zuplo/errors";

/** The environment types for which a certificate is enabled, in Zuplo's order. */
export function enabledTypes({ environments }: CertificateAnswer): EnvironmentType[] {
  return environmentTypes.filter(type => environments[type]);
}

/** Disables a certificate for one environment type and leaves the others as they are. */
export async function disableFor(session: ProjectSession, id: string, type: EnvironmentType): Promise<void> {
  await change(session, id, enabled => {
    const holder = session.heldBy(id, type);
    if (holder !== undefined) throw heldByRollback(holder, type);
    return enabled.filter(other => other !== type);
  });
}

/** Enables a certificate for one environment type again. */
export async function enableFor(session: ProjectSession, id: string, type: EnvironmentType): Promise<void> {
  await change(session, id, enabled =>
    environmentTypes.filter(other => other === type || enabled.includes(other)),
  );
}

/** Sets the environment types of a certificate, whatever they are. */
export async function setTypes(
  session: ProjectSession,
  id: string,
  types: readonly EnvironmentType[],
): Promise<void> {
  await change(session, id, () => environmentTypes.filter(type => types.includes(type)));
}

/** Read-modify-write under the certificate's lock; a certificate that is gone needs no change. */
async function change(
  session: ProjectSession,
  id: string,
  next: (enabled: EnvironmentType[]) => EnvironmentType[],
): Promise<void> {
  await session.exclusively(`certificate/${id}`, async () => {
    const certificate = await session.certificates.get(id);
    if (certificate === undefined) return;
    const enabled = enabledTypes(certificate);
    const wanted = next(enabled);
    if (wanted.join() === enabled.join()) return;
    try {
      await session.certificates.record(await write(session, certificate, wanted));
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      await session.certificates.forget(id);
    }
  });
}

async function write(
  session: ProjectSession,
  certificate: CertificateAnswer,
  wanted: readonly EnvironmentType[],
): Promise<CertificateAnswer> {
  const { client, scope } = session;
  try {
    return await client.updateCertificate(scope, certificate.id, certificate.name, wanted);
  } catch (error) {
    if (wanted.length > 0 || !(error instanceof Invalid)) throw error;
    const unused = await unusedType(session, enabledTypes(certificate));
    if (unused === undefined) throw error;
    return client.updateCertificate(scope, certificate.id, certificate.name, [unused]);
  }
}

/**
 * Zuplo's CLI disables a certificate with an empty list, while its OpenAPI asks for one type at least. Where the
 * empty list is refused, a type without deployments disables it just as well.
 */
async function unusedType(
  session: ProjectSession,
  enabled: readonly EnvironmentType[],
): Promise<EnvironmentType | undefined> {
  const used = new Set((await session.deployments.list()).map(deployment => deployment.environmentType));
  return environmentTypes.find(type => !enabled.includes(type) && !used.has(type));
}

function heldByRollback(deployment: string, type: EnvironmentType): Conflict {
  return new Conflict({
    operation: { verb: "redeploy", resource: "Redeployment of the environment type", name: type },
    problem: `deployment '${deployment}' was rolled back in this run and needs the previous certificate`,
    advice: "Correct what failed there and run `pulumi up` again: it goes on with every deployment.",
  });
}
