import { dirname } from "node:path";
import { directoryOnPath } from "./files";
import type { World } from "./find";
import { builtOnce, goEnvironment } from "./goBuild";

/** A program, and the Go module that has it. */
export interface GoProgram {
  file: string;
  module: string;
  version: string;
  /** Where in the module it lies. */
  path: string;
}

/** The directory to put on PATH for it: on PATH already, in the cache, or built from the module proxy. */
export async function findInstallable(program: GoProgram, world: World): Promise<string> {
  const { file, module, version, path } = program;
  const { env, run, progress } = world;
  const known = directoryOnPath(file, env.PATH);
  if (known !== undefined) return known;
  const built = await builtOnce(
    {
      title: file,
      key: `${file}-${version}`,
      file,
      withoutGo: `${file} is missing: install it, or Go, with which it is built.`,
      async build(_, folder, log) {
        progress.say(`Building ${file} ${version} with Go; the first time takes up to a minute.`);
        const args = ["install", "-trimpath", "-ldflags", "-s -w", `${module}/${path}@v${version}`];
        // With cgo, some would need libraries of the system; step-ca that of smart cards.
        const env = { ...goEnvironment, GOBIN: folder, CGO_ENABLED: "0" };
        await run({ command: "go", args, cwd: folder, env, log });
      },
    },
    world,
  );
  return dirname(built);
}
