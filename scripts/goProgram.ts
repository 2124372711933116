import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { World } from "./engine/find";
import { builtOnce, goEnvironment } from "./engine/goBuild";
import { MINIMUM_GO } from "./engine/versions";

/**
 * A Go program of this repository. It is built once, into the engine's cache, and again only when its sources or the
 * versions in its go.mod change.
 *
 * @param sources folder with main.go, go.mod and go.sum
 * @returns its file
 */
export function findGoProgram(name: string, sources: string, world: World): Promise<string> {
  return builtOnce(
    {
      title: name,
      key: `${name}-${hashOf(sources)}`,
      file: basename(sources),
      withoutGo: `${name} is a Go program: install Go ${MINIMUM_GO} or newer.`,
      async build(output, _, log) {
        world.progress.step(`Building ${name}`);
        const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", output, "."];
        await world.run({ command: "go", args, cwd: sources, env: goEnvironment, log });
      },
    },
    world,
  );
}

function hashOf(sources: string): string {
  const hash = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"])
    hash.update(readFileSync(join(sources, file))).update("\0");
  return hash.digest("hex").slice(0, 8);
}
