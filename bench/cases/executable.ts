/** How large the executable without Node is, and how soon each of its programs is there, beside the package's scripts. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { startedByEngine } from "../../scripts/engine/terraform";
import { makePackages } from "../../scripts/executable/makePackages";
import { targets } from "../../scripts/executable/targets";
import { run } from "../../scripts/run";
import type { BenchCase } from "../bench";
import { interleave } from "../interleave";
import type { Row, Unit } from "../row";
import { ratios, summarise } from "../statistics";
import { noopProvider } from "../terraform";

const root = join(__dirname, "../..");
/** A start is short: more of them cost little and say more. */
const startsPerRepetition = 4;
const programs = ["pulumi-resource-zuplo", "terraform-provider-zuplo", "pulumi-zuplo"] as const;
const megabyte = 1e6;

export const executableStart: BenchCase = {
  name: "executable",
  async run({ repetitions, say }) {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-bench-"));
    try {
      say("putting the executable together");
      const packages = join(folder, "packages");
      const archives: string[] = [];
      await makePackages(packages, targets.slice(0, 1), file => archives.push(file));
      const [archive = ""] = archives;
      await run("tar", ["-xzf", archive, "-C", folder], folder);
      const [first, ...others] = programs;
      for (const name of others) copyFileSync(join(folder, first), join(folder, name));
      const noop = await noopProvider();
      const size = (what: string, file: string): Row =>
        shown(what, "a provider that does nothing, in Go", "MB", [bytes(file)], [bytes(noop)]);
      const rows = [size("executable, linux x64", join(folder, first)), packed(archive)];
      say("starting it");
      for (const name of programs) {
        const files = { executable: join(folder, name), script: join(root, "bin", name), go: noop };
        const sides = ["executable", "script", "go"] as const;
        const times = await interleave(sides, repetitions * startsPerRepetition, side =>
          firstWord(files[side], name),
        );
        const what = `${name}, executable: start to its first line`;
        rows.push(shown(what, "the script, on this Node", "ms", times.executable, times.script));
        if (name === "terraform-provider-zuplo")
          rows.push(shown(what, "a provider that does nothing, in Go", "ms", times.executable, times.go));
      }
      return rows;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const bytes = (file: string) => statSync(file).size / megabyte;

function packed(archive: string): Row {
  const ours = summarise([bytes(archive)]);
  return {
    what: `its archive, ${basename(archive)}`,
    against: "–",
    unit: "MB",
    ours,
    result: ours,
    resultUnit: "MB",
  };
}

function shown(what: string, against: string, unit: Unit, ours: number[], theirs: number[]): Row {
  return {
    what,
    against,
    unit,
    ours: summarise(ours),
    theirs: summarise(theirs),
    result: ratios(ours, theirs),
    resultUnit: "×",
  };
}

/** Milliseconds from the start of a program to the first line that it writes; the CLI is asked for its version. */
async function firstWord(file: string, name: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(file, name === "pulumi-zuplo" ? ["--version"] : [], {
    env: { ...process.env, ...startedByEngine, PLUGIN_PROTOCOL_VERSIONS: "6" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "close");
  await once(child.stdout, "data");
  const ms = performance.now() - startedAt;
  child.kill();
  await ended;
  return ms;
}
