import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { EngineError } from "./errors";
import { executable, isExecutable } from "./files";
import { BINARIES, engineKey } from "./versions";

/** Where an engine in the cache came from: the official installation, or built here. */
export type Source = "install" | "build";

/** Written last, and it names every file: a folder without it, or with less than it names, is not complete. */
const Manifest = z.object({ source: z.enum(["install", "build"]), files: z.array(z.string()) });
const MANIFEST = "engine.json";

export interface Cache {
  readonly root: string;
  /** The engine's folder; its programs are in `bin`. */
  readonly engine: string;
  readonly bin: string;
  readonly lock: string;
  readonly log: string;
}

/** Outside the checkout, so that a fresh clone finds what another one has built. */
export function openCache(env: NodeJS.ProcessEnv): Cache {
  const root =
    env.PULUMI_ZUPLO_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-zuplo");
  const engine = join(root, engineKey(process.platform, process.arch));
  return { root, engine, bin: join(engine, "bin"), lock: `${engine}.lock`, log: `${engine}.log` };
}

/** Whether the folder holds a whole engine, from `source` if that matters. */
export function isComplete(engine: string, source?: Source): boolean {
  try {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(engine, MANIFEST), "utf8")));
    const whole = manifest.files.every(file => isExecutable(join(engine, "bin", file)));
    return whole && (source === undefined || source === manifest.source);
  } catch {
    return false;
  }
}

/** A new folder to build in, beside the engine's, so that a rename can put it in its place. */
export async function openStaging(cache: Cache): Promise<string> {
  await removeLeftovers(cache);
  const staging = stagingName(cache, "new");
  emptyStaging(staging);
  return staging;
}

/** Takes away what one way has left, before another is tried. */
export function emptyStaging(staging: string): void {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(join(staging, "bin"), { recursive: true });
}

/** Makes a folder of openStaging the engine. */
export function publish(cache: Cache, staging: string, source: Source): void {
  const files = readdirSync(join(staging, "bin"));
  const missing = BINARIES.map(({ name }) => executable(name)).filter(name => !files.includes(name));
  if (missing.length > 0) throw new EngineError(`The engine came without ${missing.join(", ")}.`);
  writeFileSync(join(staging, MANIFEST), JSON.stringify(Manifest.parse({ source, files })));
  const old = stagingName(cache, "old");
  try {
    renameSync(cache.engine, old);
  } catch {
    // The usual case: there was nothing.
  }
  renameSync(staging, cache.engine);
  rmSync(old, { recursive: true, force: true });
}

function stagingName(cache: Cache, what: "new" | "old"): string {
  return `${cache.engine}.${process.pid}.${what}`;
}

/** What runs that were killed have left. */
async function removeLeftovers(cache: Cache): Promise<void> {
  const { isRunning } = await import("../lock.mjs");
  for (const name of readdirSync(cache.root)) {
    const pid = name.match(/\.(\d+)\.(?:new|old)$/)?.[1];
    if (pid !== undefined && name.startsWith("engine-") && !isRunning(Number(pid))) {
      rmSync(join(cache.root, name), { recursive: true, force: true });
    }
  }
}
