import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run";
import { nodeFolder } from "./node";
import { signMachO } from "./signMachO";
import { stripElf } from "./strip";
import { builderOf, extensionOf, type Target } from "./targets";

const root = join(__dirname, "../..");

/** What becomes an executable. */
export interface Program {
  /** JavaScript, one module. */
  code: string;
  /** Files of the package that it reads, by their path in the package. */
  assets: readonly string[];
}

/** The platform on which executables are put together; only for it can V8 compile ahead. */
const machine = "linux-x64";

/**
 * Puts one executable together: Node, the program, and the files that it reads. The same program gives the same bytes.
 *
 * @returns its file, in `folder`
 */
export async function buildExecutable(target: Target, program: Program, folder: string): Promise<string> {
  if (`${process.platform}-${process.arch}` !== machine)
    throw new Error(`Executables are put together on ${machine} only: a container of Linux will do.`);
  mkdirSync(folder, { recursive: true });
  const output = join(folder, `zuplo${extensionOf(target)}`);
  writeFileSync(join(folder, "main.js"), program.code);
  writeFileSync(
    join(folder, "sea.json"),
    JSON.stringify({
      // Relative: the path is kept, and shown in traces.
      main: "main.js",
      output,
      executable: await bareNode(target, folder),
      disableExperimentalSEAWarning: true,
      useCodeCache: target.name === machine,
      // What a user sets for Node is not meant for a program that happens to hold it.
      execArgvExtension: "none",
      assets: Object.fromEntries(program.assets.map(path => [path, join(root, path)])),
    }),
  );
  const builder = join(await nodeFolder(builderOf(target)), "bin/node");
  // What V8 compiles ahead is the same each time only with the same seed.
  await run(builder, ["--random-seed=1", "--build-sea", "sea.json"], folder);
  if (target.os === "darwin") writeFileSync(output, signMachO(readFileSync(output), "pulumi-zuplo"));
  return output;
}

/** The file of a platform's Node, as small as it can be made. */
async function bareNode(target: Target, folder: string): Promise<string> {
  const binary = join(await nodeFolder(target.node), "bin", `node${extensionOf(target)}`);
  if (target.os !== "linux") return binary;
  const stripped = join(folder, "node");
  writeFileSync(stripped, stripElf(readFileSync(binary)), { mode: 0o755 });
  return stripped;
}
