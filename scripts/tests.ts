import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { directoryOnPath } from "./engine/files";

const root = resolve(__dirname, "..");
/** A test file that measures time, or changes what others use. */
const isSerial = (path: string) => path.endsWith(".serial.test.ts");
/** A test file that `npm test` leaves to `npm run test:long`. */
const isSlow = (path: string) => path.endsWith(".slow.test.ts");
/** A test file that runs Terraform, and runs OpenTofu as well where that is on PATH. */
const isForTerraform = (path: string) => path.startsWith(join("tests", "terraform"));
/** What takes longest begins first, so that nothing is left alone with it at the end. */
const longest = [
  "tests/model/",
  "tests/chaos/",
  "tests/readings/",
  "tests/docs/measurements",
  "tests/plugin/conformance",
];
const isLong = (path: string) => longest.some(start => path.startsWith(start));

/**
 * Runs the tests: most of them side by side, and the serial ones afterwards, one by one. With `--long`, the slow
 * ones instead. Files that are given as arguments run one after the other; other options are mocha's.
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
    .sort()
    .sort((one, other) => Number(isLong(other)) - Number(isLong(one)));
  const [inTurn, longer] = [all.filter(isSerial), all.filter(isSlow)];
  // Most of them wait for something, most of the time.
  const jobs = availableParallelism() + 2;
  const sideBySide = ["--parallel", "--jobs", String(jobs), ...options];
  if (args.includes("--long")) {
    const codes = [await mocha(sideBySide, longer)];
    if (directoryOnPath("tofu", process.env.PATH) !== undefined)
      codes.push(await mocha(sideBySide, longer.filter(isForTerraform), { ZUPLO_TEST_TERRAFORM: "tofu" }));
    process.exitCode = Math.max(...codes);
    return;
  }
  const together = all.filter(path => !inTurn.includes(path) && !longer.includes(path));
  process.exitCode = Math.max(await mocha(sideBySide, together), await mocha(options, inTurn));
}

/** @returns mocha's exit code. */
async function mocha(options: string[], files: string[], env: Record<string, string> = {}): Promise<number> {
  const command = [join(root, "node_modules/mocha/bin/mocha.js"), ...options, ...files];
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

void main(process.argv.slice(2));
