/** What is known of a deployment at one moment, and what that tells of its builds. */
import type { DeploymentResponse } from "../api/responses";
import type { ServedBuild } from "./gateway";

/** Zuplo's edge takes on a build one location after the other: so many looks have to agree. */
export const agreeingLooks = 3;

export interface Observation {
  deployment: DeploymentResponse | undefined;
  /** What the gateway has told, each time on a fresh connection. */
  looks: readonly ServedBuild[];
}

/** Whether the gateway tells one build from another. */
export function hasIdentity({ looks }: Observation): boolean {
  return looks.some(({ buildId, timestamp }) => buildId !== undefined || timestamp !== undefined);
}

/** Whether a look has seen a build that none of the looks before has: another id, or made later. */
export function isAnother(before: Observation, { buildId, timestamp }: ServedBuild): boolean {
  const ids = before.looks.flatMap(look => look.buildId ?? look.failed?.buildId ?? []);
  const times = before.looks.flatMap(look => look.timestamp ?? []);
  const isOther = buildId !== undefined && ids.length > 0 && !ids.includes(buildId);
  // A redeploy of the same sources may keep the id.
  const isLater = timestamp !== undefined && times.length > 0 && timestamp > Math.max(...times);
  return isOther || isLater;
}

/** Whether each look has seen another build than before. */
export function isNew(before: Observation, { looks }: Observation): boolean {
  return looks.every(look => isAnother(before, look));
}

/** The new build answers, at every location that was asked; where nothing tells builds apart, `updatedOn` has moved. */
export function isServed(before: Observation, now: Observation): boolean {
  const { looks } = now;
  if (hasIdentity(before)) {
    const builds = new Set(looks.map(({ buildId, timestamp }) => JSON.stringify([buildId, timestamp])));
    return looks.length >= agreeingLooks && isNew(before, now) && builds.size === 1;
  }
  const isBroken = looks.some(({ failed }) => failed !== undefined);
  return hasMoved(before, now) && !isUnfinished(now.deployment) && !isBroken && !isDown(before, now);
}

/** Without a date from before, none tells anything. */
export function hasMoved(before: Observation, now: Observation): boolean {
  const [last, updatedOn] = [before.deployment?.updatedOn, now.deployment?.updatedOn];
  return last !== undefined && updatedOn !== undefined && updatedOn !== last;
}

/** A failure that was there before does not count until something moves. */
export function hasFailed(before: Observation, now: Observation): boolean {
  if (!isFailure(now.deployment)) return false;
  return hasMoved(before, now) || !isFailure(before.deployment);
}

/** Why the new build cannot start, where the gateway tells it. */
export function initFailure(before: Observation, { looks }: Observation): string | undefined {
  const known = before.looks.flatMap(({ failed, buildId }) => failed?.buildId ?? buildId ?? []);
  return looks
    .flatMap(({ failed }) => failed ?? [])
    .find(({ buildId }) => buildId === undefined || !known.includes(buildId))?.detail;
}

/** Whether the last build of a deployment has failed; the one before may be served on. */
export function isFailure(deployment: DeploymentResponse | undefined): boolean {
  return /error|fail|cancel|abort|abandon|crash|reject|timed?[^a-z]?out/i.test(deployment?.state ?? "");
}

/** Whether a build is under way; the one before is served until it ends. */
export function isUnfinished(deployment: DeploymentResponse | undefined): boolean {
  return /progress|pending|queue|building|deploying|starting/i.test(deployment?.state ?? "");
}

/** Words of a deployment that is at rest; `STARTED` is what Zuplo calls one that serves. */
const atRest =
  /^(?:started|running|live|active|ok)$|(?<![a-z])(?:success|successful|succeeded|completed?|deployed|ready|healthy|done|finished)(?![a-z])/;

/** Their opposites, and what says the same. The state may pass, as where an instance takes the place of another. */
const down =
  /(?<![a-z])(?:un|in|(?:not|no|never)_?)(?:started|running|live|active|ok|success|successful|succeeded|completed?|deployed|ready|healthy|done|finished|available)(?![a-z])|(?<![a-z])(?:stopp|suspend|terminat|offline)/;

/** In lower case, with `_` between the words. */
function wordsOf(deployment: DeploymentResponse | undefined): string {
  const state = deployment?.state ?? "";
  return state
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z]+/g, "_");
}

/** Whether a deployment is in a state that it was not in before, and in which nothing is served that is new. */
function isDown(before: Observation, { deployment }: Observation): boolean {
  return deployment?.state !== before.deployment?.state && down.test(wordsOf(deployment));
}

/**
 * Whether a deployment is in a state that it was not in before, and of which nobody knows whether a build has ended: no
 * document lists them.
 */
export function isStrange(before: Observation, { deployment }: Observation): boolean {
  const state = deployment?.state ?? "";
  return state !== "" && state !== before.deployment?.state && !atRest.test(wordsOf(deployment));
}

/** The commit that is served now, where it is another one than before: somebody has pushed. */
export function movedCommit(before: Observation, { looks }: Observation): string | undefined {
  const known = before.looks.flatMap(({ gitSha }) => gitSha ?? []);
  if (known.length === 0) return undefined;
  return looks.flatMap(({ gitSha }) => gitSha ?? []).find(commit => !known.includes(commit));
}
