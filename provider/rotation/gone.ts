import { Unavailable, ZuploError } from "../api/errors";
import type { CertificateResponse, EnvironmentType } from "../api/responses";
import { rightToSee, type Shown } from "../api/rights";
import type { ProjectSession } from "../projectSession";
import { enumerated } from "../text/enumerated";
import { say } from "../text/vocabulary";
import { typeOf } from "./builds";
import { enabledTypes } from "./environments";

/** Why a key may just not see an object, and what it has to be allowed where that is known. */
interface Blindness {
  unseen: string;
  right?: string | undefined;
}

/**
 * A 404 alone does not say that a certificate is gone: Zuplo answers it as well to a key that may not see it. It is gone
 * where the same key can list the project, the list does not have it, and what is listed shows that the key sees the
 * certificate's environment types.
 *
 * @param types those for which the certificate was enabled, as far as the state knows
 * @param refusal the answer to a call that needs more than to see the certificate
 */
export async function requireGone(
  session: ProjectSession,
  { id, name }: Pick<CertificateResponse, "id" | "name">,
  types: readonly EnvironmentType[] = [],
  refusal?: ZuploError,
): Promise<void> {
  const blind = await blindness(async () => {
    if ((await session.certificates.refresh()).some(certificate => certificate.id === id))
      return { unseen: "the project's list still contains it", right: refusal?.right };
    return unseenTypes(types, [...(await shownByCertificates(session, types)), ...(await shown(session))]);
  });
  if (blind !== undefined) throw notProved("MtlsCertificate", name, blind, refusal?.status);
}

/** The same of a deployment. */
export async function requireDeploymentGone(
  session: ProjectSession,
  name: string,
  type: EnvironmentType | undefined,
): Promise<void> {
  const blind = await blindness(async () => {
    if ((await session.deployments.refresh()).some(deployment => deployment.name === name))
      return { unseen: "the project's list still contains it" };
    // Certificates are the project's: who sees them need not see its production, which is there as a rule. A preview
    // goes with its branch, and may have been the only one.
    const isPreview = type === "preview" && (await session.certificates.list()).some(isEnabledForPreview);
    return unseenTypes(type === undefined || isPreview ? [] : [type], await shown(session));
  });
  if (blind !== undefined) throw notProved("deployment", name, blind);
}

function isEnabledForPreview({ environments }: CertificateResponse): boolean {
  return environments.preview;
}

function notProved(
  resource: Shown,
  name: string,
  { unseen, right }: Blindness,
  status?: number,
): Unavailable {
  return new Unavailable({
    operation: { verb: "find", resource, name },
    problem: `Zuplo reports it as not found, but ${unseen}, so it may still exist`,
    advice:
      `Use an API key that sees the whole project, and may ${right ?? rightToSee(resource)}. ` +
      `If it is gone, take it out of the state with ${say.forget}.`,
    code: "ZUPLO1207",
    status,
  });
}

/** Why the key may just not see the object; undefined where it would. */
async function blindness(look: () => Promise<Blindness | undefined>): Promise<Blindness | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ZuploError)) throw error;
    const { problem, right, status } = error;
    const answer = status === undefined ? problem : `${problem}, HTTP ${status}`;
    return { unseen: `this API key cannot list the project (${answer})`, right };
  }
}

function unseenTypes(
  types: readonly EnvironmentType[],
  seen: readonly EnvironmentType[],
): Blindness | undefined {
  // A working copy is seen by its own developer: nothing tells of others.
  const unseen = types.filter(type => type !== "development" && !seen.includes(type));
  return unseen.length === 0 ? undefined : { unseen: `this API key sees nothing of ${enumerated(unseen)}` };
}

/** The types of the deployments that the key sees. */
async function shown(session: ProjectSession): Promise<EnvironmentType[]> {
  return (await session.deployments.list()).map(typeOf);
}

/**
 * The types that other certificates show. One that is enabled for another type as well tells nothing: it may be seen for
 * the sake of that type.
 */
async function shownByCertificates(
  session: ProjectSession,
  types: readonly EnvironmentType[],
): Promise<EnvironmentType[]> {
  const each = (await session.certificates.list()).map(enabledTypes);
  return each.filter(enabled => enabled.every(type => types.includes(type))).flat();
}
