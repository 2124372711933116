import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "..");
/** The first line of a test file that measures time, or changes what others use. */
const alone = /^\/\/ Runs alone\b/;

/**
 * Runs the tests: most of them side by side, and those that say so alone, afterwards. Files that are given as
 * arguments run one after the other; options are mocha's.
 */
async function main(args: string[]): Promise<void> {
  const files = args.filter(argument => argument.endsWith(".test.ts"));
  const options = args.filter(argument => !files.includes(argument));
  if (files.length > 0) {
    process.exitCode = await mocha(options, files);
    return;
  }
  const all = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".test.ts"))
    .map(path => join("tests", path))
    .sort();
  const inTurn = all.filter(path => alone.test(readFileSync(join(root, path), "utf8")));
  const together = all.filter(path => !inTurn.includes(path));
  const jobs = availableParallelism() + 1;
  const codes = [
    await mocha(["--parallel", "--jobs", String(jobs), ...options], together),
    await mocha(options, inTurn),
  ];
  process.exitCode = Math.max(...codes);
}

/** @returns mocha's exit code. */
async function mocha(options: string[], files: string[]): Promise<number> {
  const command = [join(root, "node_modules/mocha/bin/mocha.js"), ...options, ...files];
  const child = spawn(process.execPath, command, { cwd: root, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

void main(process.argv.slice(2));
