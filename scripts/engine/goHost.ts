import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { directoryOnPath } from "./files";
import type { World } from "./find";
import { builtOnce, goEnvironment } from "./goBuild";

/** The newest one that the Go module proxy has by itself; it runs what newer SDKs compile. */
const VERSION = "3.62.0";
const PACKAGE = "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go";

/** The directory to put on PATH for Pulumi's language host of Go: on PATH already, in the cache, or built from the proxy. */
export async function findGoHost(world: World): Promise<string> {
  const { env, run, progress } = world;
  const known = directoryOnPath("pulumi-language-go", env.PATH);
  if (known !== undefined) return known;
  const program = await builtOnce(
    {
      title: "Pulumi's language host of Go",
      key: `pulumi-language-go-${VERSION}`,
      file: "pulumi-language-go",
      withoutGo: "pulumi-language-go is missing: install it, or Go, with which it is built.",
      async build(output, folder, log) {
        progress.step("Building pulumi-language-go");
        const go = (...args: string[]) =>
          run({ command: "go", args, cwd: folder, env: { ...goEnvironment, GOFLAGS: "-mod=mod" }, log });
        // Its module replaces others, so it can only be built from a module of our own.
        writeFileSync(join(folder, "go.mod"), "module host\n\ngo 1.21\n");
        await go("get", `${PACKAGE}@v${VERSION}`);
        await go("build", "-trimpath", "-ldflags", "-s -w", "-o", output, PACKAGE);
      },
    },
    world,
  );
  return dirname(program);
}
