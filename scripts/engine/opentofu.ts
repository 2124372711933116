import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { directoryOnPath } from "./files";
import type { World } from "./find";
import { builtOnce, goEnvironment } from "./goBuild";

export const OPENTOFU_VERSION = "1.11.14";

const MODULE = "github.com/opentofu/opentofu";
const FLAGS = ["-trimpath", "-ldflags", `-s -w -X ${MODULE}/version.dev=no`];
const Downloaded = z.object({ Dir: z.string() });

/**
 * The directory to put on PATH for OpenTofu: on PATH already, in the cache, or built from the Go module proxy, which has
 * its source and no program. `go install` would refuse it, since its go.mod has a `replace`: a copy is built as the main
 * module.
 */
export async function findOpenTofu(world: World): Promise<string> {
  const { env, run, progress } = world;
  const known = directoryOnPath("tofu", env.PATH);
  if (known !== undefined) return known;
  const program = await builtOnce(
    {
      title: "OpenTofu",
      key: `opentofu-${OPENTOFU_VERSION}`,
      file: "tofu",
      withoutGo: "OpenTofu is missing: install it, or Go, with which it is built.",
      async build(output, folder, log) {
        progress.say(
          `Building OpenTofu ${OPENTOFU_VERSION} with Go; the first time takes minutes and some gigabytes.`,
        );
        const go = (cwd: string, ...args: string[]) =>
          run({ command: "go", args, cwd, env: goEnvironment, log });
        writeFileSync(join(folder, "go.mod"), "module download\n");
        progress.step("Downloading");
        const answer = await go(folder, "mod", "download", "-json", `${MODULE}@v${OPENTOFU_VERSION}`);
        const { Dir: source } = Downloaded.parse(JSON.parse(answer));
        // Go keeps what it downloads unwritable.
        const copy = join(folder, "source");
        await run({ command: "cp", args: ["-R", source, copy], log });
        await run({ command: "chmod", args: ["-R", "u+w", copy], log });
        progress.step("Building");
        await go(copy, "build", ...FLAGS, "-o", output, "./cmd/tofu");
      },
    },
    world,
  );
  return dirname(program);
}
