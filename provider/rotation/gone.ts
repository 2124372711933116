import type { ProjectSession } from "../projectSession";
import type { CertificateAnswer, EnvironmentType } from "../zuplo/answers";
import { Unavailable, ZuploError } from "../zuplo/errors";
import { typeOf } from "./builds";
import { enabledTypes } from "./environments";

/**
 * A 404 alone does not say that a certificate is gone: Zuplo answers it as well to a key that may not see it. It is gone
 * where the same key can list the project, the list does not have it, and what is listed shows that the key sees the
 * certificate's environment types.
 *
 * @param types those for which the certificate was enabled, as far as the state knows
 */
export async function requireGone(
  session: ProjectSession,
  { id, name }: Pick<CertificateAnswer, "id" | "name">,
  types: readonly EnvironmentType[] = [],
): Promise<void> {
  const unseen = await blindness(session, types, async () =>
    (await session.certificates.refresh()).some(certificate => certificate.id === id),
  );
  if (unseen !== undefined) throw notProved("MtlsCertificate", name, unseen);
}

/** The same of a deployment. */
export async function requireDeploymentGone(
  session: ProjectSession,
  name: string,
  type: EnvironmentType | undefined,
): Promise<void> {
  const unseen = await blindness(session, type === undefined ? [] : [type], async () =>
    (await session.deployments.refresh()).some(deployment => deployment.name === name),
  );
  if (unseen !== undefined) throw notProved("deployment", name, unseen);
}

function notProved(resource: string, name: string, unseen: string): Unavailable {
  return new Unavailable({
    operation: { verb: "find", resource, name },
    problem: `Zuplo does not find it, but ${unseen}, so it may still be there`,
    advice:
      "Use an API key that sees the whole project. If it is gone, take it out of the state with " +
      "`pulumi state delete URN`.",
    status: 404,
    code: "ZUPLO1207",
  });
}

/** Why the key may just not see the object; undefined where it would. */
async function blindness(
  session: ProjectSession,
  types: readonly EnvironmentType[],
  isListed: () => Promise<boolean>,
): Promise<string | undefined> {
  try {
    if (await isListed()) return "the list of the project has it";
    // A working copy is seen by its own developer: nothing tells of others.
    const wanted = types.filter(type => type !== "development");
    if (wanted.length === 0) return undefined;
    const [certificates, deployments] = await Promise.all([
      session.certificates.list(),
      session.deployments.list(),
    ]);
    const seen = new Set([...certificates.flatMap(enabledTypes), ...deployments.map(typeOf)]);
    const unseen = wanted.filter(type => !seen.has(type));
    if (unseen.length === 0) return undefined;
    return `this API key sees nothing of ${unseen.join(" and ")}`;
  } catch (error) {
    if (!(error instanceof ZuploError)) throw error;
    return `this API key cannot list the project (${error.problem})`;
  }
}
