/** One redeploy, watched until nobody sees the old build any more. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DeploymentResponse } from "../../provider/api/responses";
import { type ServedBuild, servedBuild } from "../../provider/rotation/gateway";
import {
  agreeingLooks,
  hasIdentity,
  isAnother,
  isFailure,
  isUnfinished,
  type Observation,
} from "../../provider/rotation/observation";
import { lookTimeoutMs, type Scene } from "./scene";

export interface Rebuilt {
  before: Observation;
  after: Observation;
  /** States that the deployment told, one after the other. */
  states: string[];
  /** Until the new build was seen, or `updatedOn` moved where nothing tells builds apart. */
  tookMs: number;
  /** From the first look that saw the new build to the last one that saw the old; undefined where none can tell. */
  differedMs: number | undefined;
  looks: number;
}

export interface Meanwhile {
  /** Right after the request was taken. */
  atOnce?: () => Promise<void>;
  /** Unless the new build is seen before. */
  later?: { afterMs: number; act: () => Promise<void> };
}

export async function rebuild(scene: Scene, { atOnce, later }: Meanwhile = {}): Promise<Rebuilt> {
  const { client, target, pace, options, signal } = scene;
  const look = () => servedBuild(target.url, lookTimeoutMs, signal);
  const before: Observation = {
    deployment: await atRest(scene),
    looks: await Promise.all(Array.from({ length: agreeingLooks }, look)),
  };
  await client.redeploy(target.name);
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  await atOnce?.();

  const states: string[] = [];
  const seen: ServedBuild[] = [];
  let firstNew: number | undefined;
  let lastOld = 0;
  let agreeing = 0;
  let pending = later;
  let askedAt = 0;
  let deployment = await client.getDeployment(target.name);
  for (;;) {
    await sleep(pace.lookMs, undefined, signal === undefined ? {} : { signal });
    if (pending !== undefined && firstNew === undefined && elapsed() >= pending.afterMs) {
      const { act } = pending;
      pending = undefined;
      await act();
    }
    // The API is asked less often than the gateway: it may be rate-limited.
    const isApiTurn = elapsed() - askedAt >= pace.lookMs * 2;
    if (isApiTurn) askedAt = elapsed();
    const [told, build] = await Promise.all([
      isApiTurn ? client.getDeployment(target.name) : deployment,
      look(),
    ]);
    deployment = told;
    noteState(states, deployment);
    requireNoFailure(before.deployment, deployment);
    const hasMoved = deployment.updatedOn !== before.deployment?.updatedOn;
    const isNew = hasIdentity(before) ? isAnother(before, build) : hasMoved;
    if (isNew) firstNew ??= elapsed();
    else lastOld = elapsed();
    agreeing = isNew ? agreeing + 1 : 0;
    seen.push(build);
    const quietSince = Math.max(lastOld, firstNew ?? Number.POSITIVE_INFINITY);
    // Where looks are slow, the time alone may pass between two of them.
    const isQuiet = agreeing >= agreeingLooks && elapsed() - quietSince >= pace.quietMs;
    if (!isUnfinished(deployment) && isQuiet) {
      return {
        before,
        after: { deployment, looks: seen.slice(-agreeingLooks) },
        states,
        tookMs: firstNew ?? 0,
        differedMs: hasIdentity(before) ? Math.max(0, lastOld - (firstNew ?? 0)) : undefined,
        looks: seen.length,
      };
    }
    if (elapsed() > options.timeoutMs)
      throw new Error(`no new build was served everywhere within ${options.timeoutMs / 1000} s`);
  }
}

/** Waits for a build that is under way: its end would be taken for that of the next one. */
export async function atRest({ client, target, options, pace }: Scene): Promise<DeploymentResponse> {
  const until = performance.now() + options.timeoutMs;
  for (;;) {
    const deployment = await client.getDeployment(target.name);
    if (!isUnfinished(deployment) || performance.now() >= until) return deployment;
    await sleep(pace.lookMs);
  }
}

function noteState(states: string[], { state }: DeploymentResponse): void {
  if (state !== undefined && states.at(-1) !== state) states.push(state);
}

function requireNoFailure(before: DeploymentResponse | undefined, now: DeploymentResponse): void {
  if (isFailure(now) && now.updatedOn !== before?.updatedOn)
    throw new Error(`the build ended as ${now.state}: ${now.message ?? "without a message"}`);
}
