/** Takes away what the script has made, in this run or in one that was killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { Invalid, NotFound, Referenced } from "../../provider/api/errors";
import type { CertificateResponse } from "../../provider/api/responses";
import { harmlessText, harmlessValue, isOurs, secretName, variableName } from "./names";
import { problemOf } from "./problem";
import { atRest, rebuild } from "./rebuild";
import { idleType, type Scene } from "./scene";

export interface CleanedUp {
  deleted: string[];
  /** What is left, each with its reason. */
  left: string[];
}

/**
 * The certificates are the script's own by their names, and no variable but its own names them: nobody needs them, and
 * the provider's rules for those of others are not asked.
 *
 * @param wasCut whether a run was stopped in the middle of something: a build of its own may still be under way
 */
export async function cleanUp(scene: Scene, wasCut: boolean): Promise<CleanedUp> {
  const first = await cleanOnce(scene, wasCut);
  if (!wasCut || first.left.length > 0) return first;
  // An upload may have been under way.
  const second = await cleanOnce(scene, wasCut);
  return { deleted: [...first.deleted, ...second.deleted], left: second.left };
}

async function cleanOnce(scene: Scene, wasCut: boolean): Promise<CleanedUp> {
  const { client, scope } = scene;
  const ours = (await client.listCertificates(scope)).filter(isOurs);
  if (ours.length > 0 || scene.hasVariables) await neutralise(scene);
  // What it binds cannot be told before it ends.
  if (wasCut && ours.length > 0) await atRest(scene);
  const left: string[] = [];
  const enabled = new Map<string, string>();
  for (const certificate of ours) {
    const problem = await disabled(scene, certificate);
    if (problem !== undefined) enabled.set(certificate.name, `is still enabled: ${problem}`);
  }
  let held = await deleted(scene, ours);
  for (let builds = 0; held.length > 0 && builds < (wasCut ? 2 : 1); builds += 1) {
    const problem = await problemWith(rebuild(scene));
    if (problem !== undefined) left.push(`the branch was not redeployed: ${problem}`);
    held = await deletedInTime(scene, held);
  }
  left.push(...held.map(({ name, reason }) => `${name} ${enabled.get(name) ?? reason}`));
  const names = new Set(held.map(({ name }) => name));
  return { deleted: ours.map(({ name }) => name).filter(name => !names.has(name)), left };
}

interface Held {
  id: string;
  name: string;
  reason: string;
}

/** The API cannot delete a variable. */
async function neutralise(scene: Scene): Promise<void> {
  const { client, scope, target } = scene;
  const set = async (name: string, value: string, isSecret: boolean): Promise<void> => {
    try {
      await client.updateVariable(scope, target.branch, { name, value, isSecret });
    } catch (error) {
      // It was never made, or may not be empty.
      if (error instanceof NotFound) return;
      if (!(error instanceof Invalid) || value === harmlessText) throw error;
      await set(name, harmlessText, isSecret);
    }
  };
  await set(variableName, harmlessValue, false);
  await set(secretName, harmlessText, true);
}

/** @returns why it is still enabled. */
async function disabled(scene: Scene, certificate: CertificateResponse): Promise<string | undefined> {
  if (!certificate.environments[scene.target.environmentType]) return undefined;
  const { client, scope } = scene;
  const { id, name } = certificate;
  return problemWith(client.disableCertificate(scope, id, name, () => idleType(scene)));
}

/** @returns those that Zuplo does not delete. */
async function deleted(scene: Scene, certificates: readonly Omit<Held, "reason">[]): Promise<Held[]> {
  const held: Held[] = [];
  for (const { id, name } of certificates) {
    try {
      await scene.client.deleteCertificate(scene.scope, id, name);
    } catch (error) {
      if (error instanceof NotFound) continue;
      const isHeld = error instanceof Referenced;
      const reason = isHeld
        ? "is bound by other deployments until they are deployed again"
        : `is not deleted: ${problemOf(error)}`;
      held.push({ id, name, reason });
    }
  }
  return held;
}

/** Zuplo's view of who uses a certificate may lag. */
async function deletedInTime(scene: Scene, certificates: readonly Held[]): Promise<Held[]> {
  const until = performance.now() + scene.pace.refusalMs;
  let held = await deleted(scene, certificates);
  while (held.length > 0 && performance.now() < until) {
    await sleep(scene.pace.lookMs * 2);
    held = await deleted(scene, held);
  }
  return held;
}

async function problemWith(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
