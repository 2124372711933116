import { dirname } from "node:path";
import { directoryOnPath } from "./files";
import type { World } from "./find";
import { builtOnce, goEnvironment } from "./goBuild";

/** A program of Smallstep's, and the module that has it. */
interface Program {
  file: string;
  module: string;
  version: string;
  path: string;
}

const PROGRAMS: readonly Program[] = [
  { file: "step", module: "github.com/smallstep/cli", version: "0.30.6", path: "cmd/step" },
  { file: "step-ca", module: "github.com/smallstep/certificates", version: "0.30.2", path: "cmd/step-ca" },
];

/** The directories to put on PATH for `step` and `step-ca`: on PATH already, in the cache, or built from the proxy. */
export async function findStepCa(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const program of PROGRAMS) found.push(await find(program, world));
  return found;
}

async function find({ file, module, version, path }: Program, world: World): Promise<string> {
  const { env, run, progress } = world;
  const known = directoryOnPath(file, env.PATH);
  if (known !== undefined) return known;
  const program = await builtOnce(
    {
      title: file,
      key: `${file}-${version}`,
      file,
      withoutGo: `${file} is missing: install it, or Go, with which it is built.`,
      async build(_, folder, log) {
        progress.say(`Building ${file} ${version} with Go; the first time takes a minute.`);
        const args = ["install", "-trimpath", "-ldflags", "-s -w", `${module}/${path}@v${version}`];
        // With cgo, step-ca needs the library of smart cards.
        const env = { ...goEnvironment, GOBIN: folder, CGO_ENABLED: "0" };
        await run({ command: "go", args, cwd: folder, env, log });
      },
    },
    world,
  );
  return dirname(program);
}
