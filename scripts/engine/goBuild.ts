import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCache } from "./cache";
import { EngineError } from "./errors";
import { directoryOnPath, executable, isExecutable } from "./files";
import type { World } from "./find";

/** A Go program that is built once, into the engine's cache. */
export interface GoBuild {
  /** As a person knows it. */
  title: string;
  /** Name of its folder in the cache, with everything in it that decides what is built. */
  key: string;
  /** Name of the program. */
  file: string;
  /** What to say where there is no Go. */
  withoutGo: string;
  /** Leaves the program as `output`, in an empty folder that is removed afterwards. */
  build(output: string, folder: string, log: string): Promise<void>;
}

/** The program's file: from the cache, or built under a lock, so that two that want it do not both build it. */
export async function builtOnce(build: GoBuild, { env, progress, signal }: World): Promise<string> {
  const { root } = openCache(env);
  const folder = join(root, `${build.key}-${process.platform}-${process.arch}`);
  const file = executable(build.file);
  const program = join(folder, file);
  if (isExecutable(program)) return program;
  if (directoryOnPath("go", env.PATH) === undefined) throw new EngineError(build.withoutGo);
  const { withLock } = await import("../lock.mjs");
  const onWait = () => progress.step(`Waiting for another process, which is building ${build.title}`);
  mkdirSync(root, { recursive: true });
  await withLock(`${folder}.lock`, { signal, onWait }, async () => {
    // Perhaps that is what we have waited for.
    if (isExecutable(program)) return;
    const log = `${folder}.log`;
    writeFileSync(log, "");
    const staging = mkdtempSync(`${folder}.new-`);
    try {
      await build.build(join(staging, file), staging, log);
      mkdirSync(folder, { recursive: true });
      // A program appears as a whole, or not at all.
      renameSync(join(staging, file), program);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  });
  progress.end();
  return program;
}

/** What `go` is run with: a go.work in a parent folder must not change what is built. */
export const goEnvironment = { GOWORK: "off" };
