import { dirname } from "node:path";
import { directoryOnPath } from "./files";
import type { World } from "./find";
import { builtOnce, goEnvironment } from "./goBuild";

export const ACTIONLINT_VERSION = "1.7.12";

/** The directory to put on PATH for actionlint: on PATH already, in the cache, or built from the Go module proxy. */
export async function findActionlint(world: World): Promise<string> {
  const { env, run, progress } = world;
  const known = directoryOnPath("actionlint", env.PATH);
  if (known !== undefined) return known;
  const program = await builtOnce(
    {
      title: "actionlint",
      key: `actionlint-${ACTIONLINT_VERSION}`,
      file: "actionlint",
      withoutGo: "actionlint is missing: install it, or Go, with which it is built.",
      async build(_, folder, log) {
        progress.step(`Building actionlint ${ACTIONLINT_VERSION}`);
        const path = `github.com/rhysd/actionlint/cmd/actionlint@v${ACTIONLINT_VERSION}`;
        const args = ["install", "-trimpath", "-ldflags", "-s -w", path];
        await run({
          command: "go",
          args,
          cwd: folder,
          env: { ...goEnvironment, GOBIN: folder, CGO_ENABLED: "0" },
          log,
        });
      },
    },
    world,
  );
  return dirname(program);
}
