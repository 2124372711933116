/** Writes sdk/generated from the contracts and sdk/python from schema.json; with --check only says whether they are stale. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { readManifest } from "../provider/schema/manifest";
import { packageSpec } from "../provider/schema/package";
import { EngineError } from "./engine/errors";
import { worldOf } from "./engine/world";
import { findGenerator } from "./sdk/generator";
import { nodeFiles } from "./sdk/node";

const root = join(__dirname, "..");
const target = join(root, "sdk");
const generated = "generated";
const code = "python/pulumi_zuplo";

const manifest = readManifest(join(root, "package.json"));

const README = `# pulumi_zuplo

The Pulumi provider for Zuplo in Python. All of this folder is generated from \`schema.json\`: \`npm run sdk\` in the root of the repository writes it again.

    pip install PATH_OF_THIS_FOLDER

\`examples/python\` shows how it is used, and how Pulumi finds the plugin \`pulumi-resource-zuplo\` that does the work.
`;

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const world = worldOf(stop.signal);
  const { run, progress: report } = world;
  try {
    const generator = await findGenerator(world);
    const files = new Map([
      ...formatted(nodeFiles(packageSpec(manifest))),
      ...(await pythonFiles(args => run({ command: generator, args }))),
    ]);
    if (!process.argv.includes("--check")) {
      write(files);
      return;
    }
    const stale = differences(files);
    if (stale.length === 0) return;
    console.error("sdk/ is not what the contracts say: write it again with `npm run sdk`.");
    for (const name of stale) console.error(`  sdk/${name}`);
    process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof EngineError ? error.message : error);
    process.exitCode = 1;
  } finally {
    report.end();
  }
}

/** The content of sdk/generated, by path. */
function formatted(files: Map<string, string>): [string, string][] {
  return [...files].map(([name, text]) => {
    const path = `${generated}/${name}`;
    const args = ["check", "--write", `--stdin-file-path=sdk/${path}`];
    return [
      path,
      execFileSync(join(root, "node_modules/.bin/biome"), args, { input: text, encoding: "utf8" }),
    ];
  });
}

/** The content of sdk/python, by path. */
async function pythonFiles(run: (args: string[]) => Promise<unknown>): Promise<[string, string][]> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-sdk-"));
  try {
    await run(["python", join(root, "schema.json"), folder]);
    const files = list(folder).map((name): [string, string] => [
      `python/${name}`,
      readFileSync(join(folder, name), "utf8"),
    ]);
    // pyproject.toml names it, and the generator leaves it to us.
    return [...files, ["python/README.md", README]];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(files: Map<string, string>): void {
  for (const folder of [generated, code]) rmSync(join(target, folder), { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), content);
  }
}

/** Files that are missing, that differ, or that nothing has generated. */
function differences(files: Map<string, string>): string[] {
  const kept = [generated, code].flatMap(folder =>
    existsSync(join(target, folder)) ? list(join(target, folder)).map(name => `${folder}/${name}`) : [],
  );
  const surplus = kept.filter(name => !name.split("/").includes("__pycache__") && !files.has(name));
  const changed = [...files].filter(([name, content]) => read(name) !== content).map(([name]) => name);
  return [...changed, ...surplus].sort();
}

function read(name: string): string | undefined {
  const path = join(target, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** The files below a folder, with slashes. */
function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

void main();
