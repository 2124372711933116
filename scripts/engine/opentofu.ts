import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { openCache } from "./cache";
import { EngineError } from "./errors";
import { directoryOnPath, executable, isExecutable } from "./files";
import type { World } from "./find";

export const OPENTOFU_VERSION = "1.11.14";

const MODULE = "github.com/opentofu/opentofu";
const FLAGS = ["-trimpath", "-ldflags", `-s -w -X ${MODULE}/version.dev=no`];
const Downloaded = z.object({ Dir: z.string() });

/**
 * The directory to put on PATH for OpenTofu: on PATH already, in the cache, or built from the Go module proxy, which has
 * its source and no program. `go install` would refuse it, since its go.mod has a `replace`: a copy is built as the main
 * module.
 */
export async function findOpenTofu({ env, run, progress, signal }: World): Promise<string> {
  const known = directoryOnPath("tofu", env.PATH);
  if (known !== undefined) return known;
  const { root } = openCache(env);
  const folder = join(root, `opentofu-${OPENTOFU_VERSION}-${process.platform}-${process.arch}`);
  const program = join(folder, executable("tofu"));
  if (isExecutable(program)) return folder;
  if (directoryOnPath("go", env.PATH) === undefined)
    throw new EngineError("OpenTofu is missing: install it, or Go, with which it is built.");
  const { withLock } = await import("../lock.mjs");
  const onWait = () => progress.step("Waiting for another process, which is building OpenTofu");
  mkdirSync(root, { recursive: true });
  await withLock(`${folder}.lock`, { signal, onWait }, async () => {
    // Perhaps that is what we have waited for.
    if (isExecutable(program)) return;
    progress.say(
      `Building OpenTofu ${OPENTOFU_VERSION} with Go; the first time takes minutes and some gigabytes.`,
    );
    const log = `${folder}.log`;
    writeFileSync(log, "");
    const staging = mkdtempSync(`${folder}.new-`);
    const go = (cwd: string, ...args: string[]) =>
      run({ command: "go", args, cwd, env: { GOWORK: "off" }, log });
    try {
      writeFileSync(join(staging, "go.mod"), "module download\n");
      progress.step("Downloading");
      const answer = await go(staging, "mod", "download", "-json", `${MODULE}@v${OPENTOFU_VERSION}`);
      const { Dir: source } = Downloaded.parse(JSON.parse(answer));
      // Go keeps what it downloads unwritable.
      const copy = join(staging, "source");
      await run({ command: "cp", args: ["-R", source, copy], log });
      await run({ command: "chmod", args: ["-R", "u+w", copy], log });
      progress.step("Building");
      await go(copy, "build", ...FLAGS, "-o", join(staging, executable("tofu")), "./cmd/tofu");
      mkdirSync(folder, { recursive: true });
      renameSync(join(staging, executable("tofu")), program);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  });
  progress.end();
  return dirname(program);
}
