import { setTimeout as sleep } from "node:timers/promises";
import { NotFound, RateLimited, RedeployFailed, Unavailable, wasLost, ZuploError } from "../api/errors";
import type { DeploymentResponse } from "../api/responses";
import { rightToSee } from "../api/rights";
import type { ProjectSession } from "../projectSession";
import { type Code, coded } from "../text/codes";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { type ServedBuild, servedBuild } from "./gateway";
import {
  agreeingLooks,
  hasFailed,
  hasIdentity,
  hasMoved,
  initFailure,
  isAnother,
  isNew,
  isServed,
  isStrange,
  isUnfinished,
  movedCommit,
  type Observation,
} from "./observation";
import type { Target } from "./target";

/** How long a new build is waited for where nobody says it, in milliseconds. */
export const defaultTimeoutMs = 600_000;
/** Longest time for one look at the gateway, in milliseconds. */
const probeTimeoutMs = 5000;
/** The API is asked less often than the gateway, since it is rate-limited: where only it can tell, and where not. */
const apiOnlyPauseMs = 250;
const apiPauseMs = 1000;
/** One that fails, is slow, or asks for patience has it, in milliseconds. */
const silentApiPauseMs = 5000;
/** How long an answer of the API is waited for while the gateway can tell, and at the end of the time, in milliseconds. */
const longestAnswerMs = 5000;
const shortestAnswerMs = 1000;
/** Looks at the gateway are this far apart, or a fortieth of the time waited so far, in milliseconds. */
const shortestPauseMs = 100;
const longestPauseMs = 2000;
/** How long a deployment may call itself unfinished, or what nobody knows, while its new build is served, in milliseconds. */
const unfinishedMs = 60_000;
/** How long a gateway that fails is asked again for its build of before, in milliseconds. */
const silentMs = 3000;
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

/** What is to be done on the way. */
export interface RedeployHooks {
  /** Right before Zuplo is asked, when a build of somebody else's has been waited for. */
  beforeRequest?(): Promise<void>;
  /** When Zuplo has been asked, or may have been: from here on another build may come into service. */
  onRequested?(): void;
}

/**
 * Redeploys once and waits until the new build is served. "Enqueued" is never success, and there is nothing to poll:
 * completion is inferred from what the gateway tells of its build, and from `updatedOn` and `state` of the deployment.
 */
export async function redeploy(
  session: ProjectSession,
  target: Target,
  timeoutMs: number,
  { beforeRequest, onRequested }: RedeployHooks = {},
): Promise<Build> {
  const seen = await atRest(session, target, performance.now() + timeoutMs / 2);
  // Without its date and state, nothing would tell what is there from what is to come: the last look may fail.
  const before = {
    ...seen,
    deployment: seen.deployment ?? (await session.client.getDeployment(target.name)),
  };
  await beforeRequest?.();
  // What was disabled before is not bound by it.
  const requestedAt = session.builds.moment();
  const build = await session.settling.during(target, before.deployment, requestedAt, async () => {
    try {
      await request(session, target, before);
    } catch (error) {
      if (wasLost(error)) onRequested?.();
      throw error;
    }
    onRequested?.();
    return recordBuild(session, target, () => served(session, target, before, timeoutMs));
  });
  session.builds.noteServed(target.name, requestedAt);
  session.variables.noteWait();
  return build;
}

/** Waits for a build, and tells the record what came of it. */
async function recordBuild(
  { run: { recorder } }: ProjectSession,
  { name: deployment }: Target,
  wait: () => Promise<Build>,
): Promise<Build> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const build = await wait();
    recorder.record({ step: "build.served", deployment, ...build, ms: elapsed() });
    return build;
  } catch (error) {
    const problem = error instanceof ZuploError ? error.problem : "the wait ended";
    recorder.record({ step: "build.failed", deployment, problem, ms: elapsed() });
    throw error;
  }
}

/**
 * After a build has been verified: whether there has been another one since. One that is under way is waited for, so
 * that it can be verified as well.
 */
export async function isDeployedAgain(
  session: ProjectSession,
  target: Target,
  { deployedOn }: Build,
  timeoutMs: number,
): Promise<boolean> {
  const deployment = await readDeployment(session, target);
  if (deployment?.updatedOn === undefined || deployment.updatedOn === deployedOn) return false;
  const text =
    `Deployment '${target.name}' was deployed again while it was being verified, for instance by a push: ` +
    "it is verified once more.";
  session.run.log.info(coded("ZUPLO1406", text));
  await atRest(session, target, performance.now() + timeoutMs / 2);
  session.variables.noteWait();
  return true;
}

/**
 * Somebody else's build that is under way is waited for: its end would be mistaken for that of ours. What other builds
 * the edge still serves is known by several looks. Where the API fails, or the gateway does, it is looked again.
 */
async function atRest(session: ProjectSession, target: Target, deadline: number): Promise<Observation> {
  const { signal } = session.run;
  const silentUntil = performance.now() + silentMs;
  for (;;) {
    const [deployment, ...looks] = await Promise.all([
      readDeployment(session, target),
      ...Array.from({ length: agreeingLooks }, () => look(session, target)),
    ]);
    const isOpen = looks.every(({ isSilent }) => isSilent) && performance.now() < silentUntil;
    const isKnown = deployment !== undefined && !isOpen;
    if ((isKnown && !isUnfinished(deployment)) || performance.now() >= deadline) return { deployment, looks };
    await sleep(isKnown ? apiOnlyPauseMs : apiPauseMs, undefined, { signal });
  }
}

/** Asks for a redeploy. Where the answer is lost, it is looked whether a build is under way before it is asked again. */
async function request(session: ProjectSession, target: Target, before: Observation): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.client.redeploy(target.name);
    } catch (error) {
      if (!wasLost(error) || attempt === maxRequests) throw error;
      if (await hasBegun(session, target, before)) return;
    }
  }
}

async function hasBegun(session: ProjectSession, target: Target, before: Observation): Promise<boolean> {
  const { signal } = session.run;
  const wasUnfinished = isUnfinished(before.deployment);
  const until = performance.now() + showsWithinMs;
  for (;;) {
    const now = await observe(session, target, () => readDeployment(session, target, longestAnswerMs));
    const isUnderWay = isUnfinished(now.deployment) && !wasUnfinished;
    if (isUnderWay || hasMoved(before, now) || now.looks.some(each => isAnother(before, each))) return true;
    if (performance.now() >= until) return false;
    await sleep(apiOnlyPauseMs, undefined, { signal });
  }
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
  let isApiSilent = false;
  const askApi = async () => {
    const left = deadline - performance.now();
    const withinMs = hasIdentity(before) ? Math.min(left, longestAnswerMs) : left;
    const told = await readDeployment(session, target, Math.ceil(Math.max(withinMs, shortestAnswerMs)));
    askedApiAt = performance.now();
    isApiSilent = told === undefined;
    return told;
  };
  let servedSince: number | undefined;
  let initFailures = 0;
  // What the gateway tells first, where it told nothing before: the old build, or the new one.
  let first: Observation | undefined;
  // One look sees one location of the edge, so the last one may see the old build again.
  let isSeen = false;
  for (;;) {
    const pause = pauseAfter(performance.now() - startedAt);
    await sleep(Math.min(pause, Math.max(deadline - performance.now(), 0)), undefined, { signal });
    // However long a look takes, one that was begun at the end decides, and none from before.
    const isLast = performance.now() >= deadline;
    const usualPause = hasIdentity(before) ? apiPauseMs : apiOnlyPauseMs;
    const apiPause = isApiSilent ? silentApiPauseMs : usualPause;
    const isApiTurn = isLast || performance.now() - askedApiAt >= apiPause;
    const seen = await observe(session, target, isApiTurn ? askApi : undefined);
    let told = seen.deployment;
    now = merge(now, seen);
    if (!hasIdentity(before) && hasIdentity(now)) first ??= now;
    if (now.looks.some(each => isAnother(before, each))) {
      isSeen = true;
      now = await looksAgain(session, target, now);
    }

    const problem = initFailure(before, now);
    initFailures = problem === undefined ? 0 : initFailures + 1;
    if (initFailures >= requiredInitFailures)
      throw redeployFailed(target, `the new build cannot start: ${problem}`);
    if (hasFailed(before, now)) {
      throw redeployFailed(
        target,
        `the build ended as ${quote(now.deployment?.state ?? "")}${colon(now.deployment?.message)}`,
      );
    }
    if (isServed(before, now)) {
      servedSince ??= performance.now();
      if (!isApiTurn && !isApiSilent) told = await askApi();
      now = { ...now, deployment: told ?? now.deployment };
      const servedMs = performance.now() - servedSince;
      const mayBeOld = first !== undefined && !isNew(before, now) && !isNew(first, now);
      const mayGoOn = !hasIdentity(before) && (isStrange(before, now) || mayBeOld);
      // What the gateway serves counts in the end, whatever the API says of it, or does not.
      const isToldSo = told !== undefined && !isUnfinished(told);
      const isSettled =
        (isToldSo || isLast || servedMs >= unfinishedMs) &&
        (!mayGoOn || servedMs >= Math.min(unfinishedMs, timeoutMs / 2));
      if (isSettled && !hasFailed(before, now)) return finish(session, target, before, now);
    }
    if (isLast) throw timedOut(target, before, now, timeoutMs, isSeen);
  }
}

/** Quick at first, since the environment changes the moment the build is served; slower the longer it takes. */
function pauseAfter(elapsedMs: number): number {
  return Math.min(longestPauseMs, Math.max(shortestPauseMs, elapsedMs / 40));
}

async function observe(
  session: ProjectSession,
  target: Target,
  askApi?: () => Promise<DeploymentResponse | undefined>,
): Promise<Observation> {
  const [deployment, seen] = await Promise.all([askApi?.(), look(session, target)]);
  return { deployment, looks: [seen] };
}

/** One look sees one location: the others may still serve the old build. They are asked at the same time. */
async function looksAgain(session: ProjectSession, target: Target, now: Observation): Promise<Observation> {
  const more = Array.from({ length: agreeingLooks - now.looks.length }, () => look(session, target));
  return { ...now, looks: [...now.looks, ...(await Promise.all(more))] };
}

/** What the gateway serves to a fresh connection. */
async function look({ run }: ProjectSession, { url }: Target): Promise<ServedBuild> {
  return url === undefined ? {} : servedBuild(url, probeTimeoutMs, run.signal);
}

/** A look that fails for a while tells nothing; only a deployment that is gone ends the wait. */
export async function readDeployment(
  session: ProjectSession,
  target: Target,
  withinMs?: number,
): Promise<DeploymentResponse | undefined> {
  try {
    const reading = session.client.getDeployment(target.name, withinMs);
    return withinMs === undefined ? await reading : await unlessLate(reading, withinMs);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof RateLimited) return undefined;
    if (error instanceof NotFound)
      throw redeployFailed(
        target,
        "Zuplo no longer finds it: it was deleted, or the API key has lost its access",
        lostAccessAdvice(),
        "ZUPLO1305",
      );
    throw error;
  }
}

/** Nothing where it takes longer: a call may wait for its place among others, too. */
async function unlessLate<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

function merge(before: Observation, now: Observation): Observation {
  return { ...now, deployment: now.deployment ?? before.deployment };
}

async function finish(
  session: ProjectSession,
  { name, branch }: Target,
  before: Observation,
  now: Observation,
): Promise<Build> {
  const { deployment, looks } = now;
  if (deployment !== undefined) await session.deployments.record(deployment);
  const commit = movedCommit(before, now);
  if (commit !== undefined) {
    const text =
      `Deployment '${name}' serves commit ${quote(commit.slice(0, 7))}, which it did not before: ` +
      `somebody pushed branch '${quote(branch)}' while it was being redeployed.`;
    session.run.log.info(coded("ZUPLO1405", text));
  }
  return {
    // One that was not told from the one before may be that one.
    buildId: isNew(before, now) ? looks[0]?.buildId : undefined,
    deployedOn: deployment?.updatedOn ?? new Date(session.run.now()).toISOString(),
  };
}

function timedOut(
  target: Target,
  before: Observation,
  now: Observation,
  timeoutMs: number,
  isSeen: boolean,
): RedeployFailed {
  const { deployment, looks } = now;
  const state = deployment?.state === undefined ? "" : `; its state is ${quote(deployment.state)}`;
  const seconds = timeoutMs / 1000;
  if (isSeen)
    return redeployFailed(target, `the new build was not served everywhere within ${seconds} s${state}`);
  const told = looks[0]?.buildId;
  // The build of before may be in service still, or a redeploy of the same sources is told as the same build.
  if (hasIdentity(before) && hasMoved(before, now) && !isUnfinished(deployment)) {
    const build = told === undefined ? "the build of before" : `build ${quote(told)} as before`;
    return redeployFailed(
      target,
      `the deployment was updated, but within ${seconds} s its gateway only told ${build}${state}`,
      sameBuildAdvice(),
    );
  }
  const build = told === undefined ? "" : `; the build is still ${quote(told)}`;
  return redeployFailed(target, `no new build was served within ${seconds} s${build}${state}`);
}

function redeployFailed(
  target: Target,
  problem: string,
  advice = buildAdvice(),
  code: Code = "ZUPLO1409",
): RedeployFailed {
  const operation = { verb: "redeploy", resource: "deployment", name: target.name };
  return new RedeployFailed({ operation, problem, advice, code });
}

function buildAdvice(): string {
  return `Look at the deployment's build log in the Zuplo portal, correct it, and run ${say.apply} again.`;
}

function sameBuildAdvice(): string {
  return (
    "See in the Zuplo portal whether the redeploy came into service. If it did not, correct what its build log says, " +
    `and run ${say.apply} again. If it did, \`/__zuplo/build\` does not tell one build from another: please report that.`
  );
}

function lostAccessAdvice(): string {
  return `See whether it is still there, and use an API key that may ${rightToSee("deployment")}.`;
}

function colon(text: string | undefined): string {
  return text === undefined || text === "" ? "" : `: ${quote(text)}`;
}
