import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { openCache } from "./engine/cache";
import { EngineError } from "./engine/errors";
import { directoryOnPath, executable, isExecutable } from "./engine/files";
import type { World } from "./engine/find";
import { MINIMUM_GO } from "./engine/versions";

/**
 * A Go program of this repository. It is built once, into the engine's cache, and again only when its sources or the
 * versions in its go.mod change.
 *
 * @param sources folder with main.go, go.mod and go.sum
 * @returns its file
 */
export async function findGoProgram(
  name: string,
  sources: string,
  { env, run, progress, signal }: World,
): Promise<string> {
  const { root } = openCache(env);
  const folder = join(root, `${name}-${hashOf(sources)}-${process.platform}-${process.arch}`);
  const program = join(folder, executable(basename(sources)));
  if (isExecutable(program)) return program;
  if (directoryOnPath("go", env.PATH) === undefined)
    throw new EngineError(`${name} is a Go program: install Go ${MINIMUM_GO} or newer.`);
  const { withLock } = await import("./lock.mjs");
  const onWait = () => progress.step(`Waiting for another process, which is building ${name}`);
  await withLock(`${folder}.lock`, { signal, onWait }, async () => {
    // Perhaps that is what we have waited for.
    if (isExecutable(program)) return;
    progress.step(`Building ${name}`);
    const log = `${folder}.log`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(log, "");
    const built = `${program}.${process.pid}`;
    try {
      const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", built, "."];
      await run({ command: "go", args, cwd: sources, env: { GOWORK: "off" }, log });
      renameSync(built, program);
    } finally {
      rmSync(built, { force: true });
    }
  });
  progress.end();
  return program;
}

function hashOf(sources: string): string {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"])
    hash.update(readFileSync(join(sources, file))).update("\0");
  return hash.digest("hex").slice(0, 8);
}
