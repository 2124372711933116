import { rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { buildEngine } from "./build";
import { type Cache, emptyStaging, isComplete, openCache, openStaging, publish, type Source } from "./cache";
import { EngineError } from "./errors";
import { planInstall } from "./install";
import { engineOnPath, versionOf } from "./path";
import { elapsed, type Progress } from "./progress";
import type { Runner } from "./run";
import { ENGINE_VERSION, MINIMUM_VERSION } from "./versions";

/** What finding an engine reads and does, so that a test can put something else in its place. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly run: Runner;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

const Way = z.enum(["path", "install", "build"]);

/** The directory to put first on PATH. PULUMI_ZUPLO_ENGINE=path|install|build allows only that one way. */
export async function findEngine(world: World): Promise<string> {
  const { env, run, progress } = world;
  const asked = Way.optional().safeParse(env.PULUMI_ZUPLO_ENGINE || undefined);
  if (!asked.success) {
    throw new EngineError(`PULUMI_ZUPLO_ENGINE must be one of ${Way.options.join(", ")}.`);
  }
  const only = asked.data;
  if (only === undefined || only === "path") {
    const found = await engineOnPath(env.PATH, run, progress);
    if (found !== undefined) return found;
  }
  if (only === "path") {
    throw new EngineError(`There is no Pulumi ${MINIMUM_VERSION} or newer on PATH with its language hosts.`);
  }
  const cache = openCache(env);
  if (isComplete(cache.engine, only)) return cache.bin;
  const { withLock } = await import("../lock.mjs");
  await withLock(cache.lock, lockOptions(world), async () => {
    // Perhaps that is what we have waited for.
    if (!isComplete(cache.engine, only)) await obtain(cache, only, world);
  });
  return cache.bin;
}

function lockOptions({ progress, signal, pollMs }: World) {
  return {
    signal,
    pollMs,
    onWait: (holder: { pid: number } | undefined) =>
      progress.step(`Waiting for process ${holder?.pid ?? "?"}, which is getting Pulumi ${ENGINE_VERSION}`),
  };
}

/** Fills the cache, under its lock. */
async function obtain(cache: Cache, only: Source | undefined, world: World): Promise<void> {
  const began = Date.now();
  writeFileSync(cache.log, "");
  const staging = await openStaging(cache);
  try {
    const source = await fill(staging, cache.log, only, world);
    const version = await versionOf(`${staging}/bin`, world.run);
    if (version !== ENGINE_VERSION) {
      throw new EngineError(`The new engine says that it is ${version ?? "broken"}, not ${ENGINE_VERSION}.`);
    }
    rmSync(`${staging}/src`, { recursive: true, force: true });
    publish(cache, staging, source);
    world.progress.say(`Pulumi ${ENGINE_VERSION} is in ${cache.bin} (${elapsed(began)}).`);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function fill(staging: string, log: string, only: Source | undefined, world: World): Promise<Source> {
  const { env, run, progress, signal } = world;
  if (only !== "build") {
    progress.step(`Installing Pulumi ${ENGINE_VERSION}`);
    try {
      await run(planInstall(staging, log));
      return "install";
    } catch (error) {
      if (only === "install" || signal.aborted) throw error;
      progress.say("The official installation cannot be had here.");
      emptyStaging(staging);
    }
  }
  await buildEngine(staging, log, env.PATH, run, progress);
  return "build";
}
