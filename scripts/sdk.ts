/** Writes sdk/python from schema.json; with --check only says whether it is stale. */
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
import { EngineError } from "./engine/errors";
import { progress } from "./engine/progress";
import { runner } from "./engine/run";
import { findGenerator } from "./sdk/generator";

const root = join(__dirname, "..");
const target = join(root, "sdk", "python");
const code = "pulumi_zuplo";

const README = `# pulumi_zuplo

The Pulumi provider for Zuplo in Python. All of this folder is generated from \`schema.json\`: \`npm run sdk\` in the root of the repository writes it again.

    pip install PATH_OF_THIS_FOLDER

\`examples/python\` shows how it is used, and how Pulumi finds the plugin \`pulumi-resource-zuplo\` that does the work.
`;

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const report = progress(process.stderr);
  try {
    const run = runner(stop.signal);
    const world = { env: process.env, run, progress: report, signal: stop.signal };
    const generator = await findGenerator(world);
    const files = await generate(args => run({ command: generator, args }));
    if (!process.argv.includes("--check")) {
      write(files);
      return;
    }
    const stale = differences(files);
    if (stale.length === 0) return;
    console.error(`sdk/python is not what schema.json says: write it again with \`npm run sdk\`.`);
    for (const name of stale) console.error(`  ${name}`);
    process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof EngineError ? error.message : error);
    process.exitCode = 1;
  } finally {
    report.end();
  }
}

/** The whole content of sdk/python, by path. */
async function generate(run: (args: string[]) => Promise<unknown>): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-sdk-"));
  try {
    await run([join(root, "schema.json"), folder]);
    const files = new Map(list(folder).map(name => [name, readFileSync(join(folder, name), "utf8")]));
    // pyproject.toml names it, and the generator leaves it to us.
    return files.set("README.md", README);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(files: Map<string, string>): void {
  rmSync(join(target, code), { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), content);
  }
}

/** Files that are missing, that differ, or that nothing has generated. */
function differences(files: Map<string, string>): string[] {
  const kept = existsSync(join(target, code)) ? list(join(target, code)) : [];
  const surplus = kept
    .filter(name => !name.split("/").includes("__pycache__"))
    .map(name => `${code}/${name}`)
    .filter(name => !files.has(name));
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
