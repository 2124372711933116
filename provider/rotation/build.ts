import { setTimeout as sleep } from "node:timers/promises";
import type { ProjectSession } from "../projectSession";
import type { DeploymentAnswer } from "../zuplo/answers";
import { NotFound, RateLimited, RedeployFailed, Unavailable } from "../zuplo/errors";
import { quote } from "../zuplo/redact";
import { type ServedBuild, servedBuild, signalOption } from "./gateway";
import type { Target } from "./target";

/** Longest time for one look at the gateway, in milliseconds. */
const probeTimeoutMs = 5000;
/** The API is asked less often than the gateway, since it is rate-limited: where only it can tell, and where not. */
const apiOnlyPauseMs = 250;
const apiPauseMs = 1000;
/** Looks at the gateway are this far apart, or a twentieth of the time waited so far, in milliseconds. */
const shortestPauseMs = 100;
const longestPauseMs = 2000;
/** How long a deployment may call itself unfinished although its new build is served, in milliseconds. */
const settleMs = 60_000;
/** How often a redeploy is asked for whose answers are lost. */
const maxRequests = 5;
/** How long a redeploy may take to show, where the answer to it was lost, in milliseconds. */
const showsWithinMs = 1500;
/** A build that cannot start is looked at twice, since the first look may fall between two builds. */
const requiredInitFailures = 2;

export interface Build {
  buildId: string | undefined;
  /** ISO 8601. */
  deployedOn: string;
}

/** What is known of a deployment at one moment. */
interface Observation {
  deployment: DeploymentAnswer | undefined;
  served: ServedBuild;
}

/**
 * Redeploys once and waits until the new build is served. "Enqueued" is never success, and there is nothing to poll:
 * completion is inferred from the build id that the gateway serves, and from `updatedOn` and `state` of the deployment.
 *
 * @param beforeRequest called right before Zuplo is asked, when a build of somebody else's has been waited for
 */
export async function redeploy(
  session: ProjectSession,
  target: Target,
  timeoutMs: number,
  beforeRequest?: () => Promise<void>,
): Promise<Build> {
  const before = await atRest(session, target, performance.now() + timeoutMs / 2);
  await beforeRequest?.();
  const requestedAt = session.builds.beginRedeploy();
  await request(session, target, before);
  const build = await served(session, target, before, timeoutMs);
  session.builds.noteServed(target.name, requestedAt);
  session.variables.noteWait();
  return build;
}

/** Somebody else's build that is under way is waited for: its end would be mistaken for that of ours. */
async function atRest(session: ProjectSession, target: Target, deadline: number): Promise<Observation> {
  const { signal } = session.run;
  for (;;) {
    const now = await observe(session, target, true, signal);
    if (!isUnfinished(now.deployment) || performance.now() >= deadline) return now;
    await sleep(apiOnlyPauseMs, undefined, signalOption(signal));
  }
}

/** Asks for a redeploy. Where the answer is lost, it is looked whether a build is under way before it is asked again. */
async function request(session: ProjectSession, target: Target, before: Observation): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.client.redeploy(target.name);
    } catch (error) {
      const wasLost = error instanceof Unavailable && error.maybeApplied;
      if (!wasLost || attempt === maxRequests) throw error;
      if (await hasBegun(session, target, before)) return;
    }
  }
}

async function hasBegun(session: ProjectSession, target: Target, before: Observation): Promise<boolean> {
  const { signal } = session.run;
  const wasUnfinished = isUnfinished(before.deployment);
  const until = performance.now() + showsWithinMs;
  for (;;) {
    const now = await observe(session, target, true, signal);
    const isUnderWay = isUnfinished(now.deployment) && !wasUnfinished;
    if (isUnderWay || hasMoved(before, now) || isOther(before.served, now.served)) return true;
    if (performance.now() >= until) return false;
    await sleep(apiOnlyPauseMs, undefined, signalOption(signal));
  }
}

function isOther(before: ServedBuild, now: ServedBuild): boolean {
  return before.buildId !== undefined && now.buildId !== undefined && before.buildId !== now.buildId;
}

async function served(
  session: ProjectSession,
  target: Target,
  before: Observation,
  timeoutMs: number,
): Promise<Build> {
  const { signal } = session.run;
  // The time begins when Zuplo has taken the redeploy: an API that asks for patience takes none of it.
  const startedAt = performance.now();
  const deadline = startedAt + timeoutMs;
  let now = before;
  let askedApiAt = performance.now();
  let servedSince: number | undefined;
  let initFailures = 0;
  for (;;) {
    const pause = pauseAfter(performance.now() - startedAt);
    await sleep(Math.min(pause, Math.max(deadline - performance.now(), 0)), undefined, signalOption(signal));
    const apiPause = before.served.buildId === undefined ? apiOnlyPauseMs : apiPauseMs;
    const isApiTurn = performance.now() - askedApiAt >= apiPause;
    now = merge(now, await observe(session, target, isApiTurn, signal));
    if (isApiTurn) askedApiAt = performance.now();

    initFailures = isNewFailure(before, now) ? initFailures + 1 : 0;
    if (initFailures >= requiredInitFailures)
      throw failed(target, `the new build cannot start: ${now.served.failed?.detail}`);
    if (hasFailed(before, now)) {
      throw failed(
        target,
        `the build ended as ${quote(now.deployment?.state ?? "")}${colon(now.deployment?.message)}`,
      );
    }
    if (isServed(before, now)) {
      servedSince ??= performance.now();
      if (!isApiTurn) now = merge(now, await observe(session, target, true, signal));
      const isSettled = !isUnfinished(now.deployment) || performance.now() - servedSince >= settleMs;
      if (isSettled && !hasFailed(before, now)) return finish(session, now);
    }
    if (performance.now() >= deadline) throw failed(target, timeoutProblem(now, timeoutMs));
  }
}

/** Quick at first, since the environment changes the moment the build is served; slower the longer it takes. */
function pauseAfter(elapsedMs: number): number {
  return Math.min(longestPauseMs, Math.max(shortestPauseMs, elapsedMs / 20));
}

async function observe(
  session: ProjectSession,
  target: Target,
  withApi: boolean,
  signal: AbortSignal | undefined,
): Promise<Observation> {
  const [deployment, served] = await Promise.all([
    withApi ? readDeployment(session, target) : undefined,
    target.url === undefined ? {} : servedBuild(target.url, probeTimeoutMs, signal),
  ]);
  return { deployment, served };
}

/** A look that fails for a while tells nothing; only a deployment that is gone ends the wait. */
async function readDeployment(
  session: ProjectSession,
  target: Target,
): Promise<DeploymentAnswer | undefined> {
  try {
    return await session.client.getDeployment(target.name);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof RateLimited) return undefined;
    if (error instanceof NotFound)
      throw failed(target, "Zuplo no longer finds it: it was deleted, or the API key has lost its access");
    throw error;
  }
}

function merge(before: Observation, now: Observation): Observation {
  return { deployment: now.deployment ?? before.deployment, served: now.served };
}

/** The new build answers; without a build id, `updatedOn` has to have moved. */
function isServed(before: Observation, now: Observation): boolean {
  const { buildId } = now.served;
  if (before.served.buildId !== undefined) return buildId !== undefined && buildId !== before.served.buildId;
  return hasMoved(before, now) && !isUnfinished(now.deployment) && now.served.failed === undefined;
}

function hasMoved(before: Observation, now: Observation): boolean {
  const updatedOn = now.deployment?.updatedOn;
  return updatedOn !== undefined && updatedOn !== before.deployment?.updatedOn;
}

/** A failure that was there before does not count until something moves. */
function hasFailed(before: Observation, now: Observation): boolean {
  if (!isFailure(now.deployment)) return false;
  return hasMoved(before, now) || !isFailure(before.deployment);
}

function isNewFailure(before: Observation, { served }: Observation): boolean {
  const known = before.served.failed?.buildId ?? before.served.buildId;
  return served.failed !== undefined && (served.failed.buildId !== known || known === undefined);
}

function isFailure(deployment: DeploymentAnswer | undefined): boolean {
  return /error|fail/i.test(deployment?.state ?? "");
}

function isUnfinished(deployment: DeploymentAnswer | undefined): boolean {
  return /progress|pending|queue|building|deploying|starting/i.test(deployment?.state ?? "");
}

async function finish(session: ProjectSession, { deployment, served }: Observation): Promise<Build> {
  if (deployment !== undefined) await session.deployments.record(deployment);
  return {
    buildId: served.buildId,
    deployedOn: deployment?.updatedOn ?? new Date(session.run.now()).toISOString(),
  };
}

function timeoutProblem({ deployment, served }: Observation, timeoutMs: number): string {
  const build = served.buildId === undefined ? "" : `; the build is still ${quote(served.buildId)}`;
  const state = deployment?.state === undefined ? "" : `; its state is ${quote(deployment.state)}`;
  return `no new build was served within ${timeoutMs / 1000} s${build}${state}`;
}

function failed(target: Target, problem: string): RedeployFailed {
  return new RedeployFailed({
    operation: { verb: "redeploy", resource: "deployment", name: target.name },
    problem,
    advice: "Look at the deployment's build log in the Zuplo portal, correct it, and run `pulumi up` again.",
  });
}

function colon(text: string | undefined): string {
  return text === undefined || text === "" ? "" : `: ${quote(text)}`;
}
