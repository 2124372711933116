import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "..");
/** The first line of a test file that measures time, or changes what others use. */
const alone = /^\/\/ Runs alone\b/;
/** The first line of a test file that `npm test` leaves to `npm run test:long`. */
const long = /^\/\/ Takes long\b/;

/**
 * Runs the tests: most of them side by side, and those that say so alone, afterwards. With `--long`, those that take
 * long instead. Files that are given as arguments run one after the other; other options are mocha's.
 */
async function main(args: string[]): Promise<void> {
  const files = args.filter(argument => argument.endsWith(".test.ts"));
  const options = args.filter(argument => argument !== "--long" && !files.includes(argument));
  if (files.length > 0) {
    process.exitCode = await mocha(options, files);
    return;
  }
  const all = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
    .filter(path => path.endsWith(".test.ts"))
    .map(path => join("tests", path))
    .sort();
  const saying = (what: RegExp) => all.filter(path => what.test(readFileSync(join(root, path), "utf8")));
  const [inTurn, longer] = [saying(alone), saying(long)];
  // Most of them wait for something, most of the time.
  const jobs = availableParallelism() + 2;
  const sideBySide = ["--parallel", "--jobs", String(jobs), ...options];
  if (args.includes("--long")) {
    process.exitCode = await mocha(sideBySide, longer);
    return;
  }
  const together = all.filter(path => !inTurn.includes(path) && !longer.includes(path));
  process.exitCode = Math.max(await mocha(sideBySide, together), await mocha(options, inTurn));
}

/** @returns mocha's exit code. */
async function mocha(options: string[], files: string[]): Promise<number> {
  const command = [join(root, "node_modules/mocha/bin/mocha.js"), ...options, ...files];
  const child = spawn(process.execPath, command, { cwd: root, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

void main(process.argv.slice(2));
