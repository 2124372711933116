import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { EngineError } from "./errors";
import { directoryOnPath, executable } from "./files";
import type { Progress } from "./progress";
import type { Command, Runner } from "./run";
import { BINARIES, type Binary, BUILD_FLAGS, ENGINE_VERSION, MINIMUM_GO, MINIMUM_VERSION } from "./versions";

/** Says what to install, when there is neither an engine nor anything to build one with. */
export const NOTHING_TO_BUILD_WITH =
  `Pulumi is missing and could not be downloaded: install Pulumi ${MINIMUM_VERSION} or newer ` +
  `(with its Node.js and YAML language hosts), or Go ${MINIMUM_GO} or newer to have it built here.`;

/**
 * The commands that build one program in an empty folder. Each has a go.mod of its own, since the programs
 * need different versions of the same sdk module; `go install …@version` would refuse the engine's, which
 * has a `replace`.
 */
export function planBuild(binary: Binary, folder: string, bin: string, log: string): Command[] {
  // A go.work in a parent folder must not change what is built.
  const go = (...args: string[]): Command => ({
    command: "go",
    args,
    cwd: folder,
    env: { GOWORK: "off" },
    log,
  });
  return [
    go("mod", "init", "enginebuild"),
    go("get", ...binary.modules),
    go("build", ...BUILD_FLAGS, "-o", join(bin, executable(binary.name)), binary.package),
  ];
}

/** Builds all programs into `staging/bin` from the Go module proxy. */
export async function buildEngine(
  staging: string,
  log: string,
  path: string | undefined,
  run: Runner,
  progress: Progress,
): Promise<void> {
  if (directoryOnPath("go", path) === undefined) throw new EngineError(NOTHING_TO_BUILD_WITH);
  const bin = join(staging, "bin");
  progress.say(
    `Building Pulumi ${ENGINE_VERSION} with Go; the first time takes about six minutes on two cores.`,
  );
  for (const [index, binary] of BINARIES.entries()) {
    progress.step(`Building ${binary.name} (${index + 1} of ${BINARIES.length})`);
    const folder = join(staging, "src", binary.name);
    mkdirSync(folder, { recursive: true });
    for (const command of planBuild(binary, folder, bin, log)) await run(command);
    if (binary.script !== undefined) await copyScript(binary.script, folder, bin, log, run);
  }
}

async function copyScript(
  script: NonNullable<Binary["script"]>,
  folder: string,
  bin: string,
  log: string,
  run: Runner,
): Promise<void> {
  const args = ["list", "-m", "-f", "{{.Dir}}", script.module];
  const module = (await run({ command: "go", args, cwd: folder, env: { GOWORK: "off" }, log })).trim();
  const target = join(bin, basename(script.path));
  copyFileSync(join(module, script.path), target);
  // The module cache holds it read-only and not executable.
  chmodSync(target, 0o755);
}
