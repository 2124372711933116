/** Where the plugin spends its processor time: what limits it, by a profile. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "../bench";
import type { Side } from "../certificateStack";
import { EmulatorProcess } from "../emulator";
import { type Made, PluginProcess } from "../plugin";
import { type Part, partsOf, readProfile } from "../profile";
import type { Row } from "../row";
import { summarise } from "../statistics";

const certificates = 1000;
const quickCertificates = 50;
const shownParts = 8;
/** For each certificate, in milliseconds. */
const maxCreatedMs = 2.5;
const maxUnchangedMs = 1.2;

export const profile: BenchCase = {
  name: "profile",
  async run({ quick, say }) {
    const size = quick ? quickCertificates : certificates;
    const emulator = await EmulatorProcess.start({ branches: [] });
    try {
      say(`create, N = ${size}`);
      const issued = await emulator.issue(size);
      let made: Made[] = [];
      const creating = await profileOf(async plugin => {
        made = await plugin.create(emulator.target, issued);
      });
      say(`no-op up, N = ${size}`);
      const comparing = await profileOf(plugin => plugin.compare(emulator.target, made));
      say(`the same of a provider that does nothing, N = ${size}`);
      let noops: Made[] = [];
      const creatingNoops = await profileOf(async plugin => {
        noops = await plugin.create(emulator.target, issued);
      }, "floor");
      const comparingNoops = await profileOf(plugin => plugin.compare(emulator.target, noops), "floor");
      return [
        eachRow("created", size, creating, creatingNoops, maxCreatedMs),
        eachRow("unchanged", size, comparing, comparingNoops, maxUnchangedMs),
        ...rowsOf(`check and create, N = ${size}`, creating),
        ...rowsOf(`check and diff of what is unchanged, N = ${size}`, comparing),
      ];
    } finally {
      await emulator.stop();
    }
  },
};

/** What a plugin's process does from its start to the end of the work. */
async function profileOf(
  work: (plugin: PluginProcess) => Promise<void>,
  side: Side = "ours",
): Promise<Part[]> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
  try {
    const plugin = await PluginProcess.start(side, folder);
    try {
      await work(plugin);
    } finally {
      await plugin.stop();
    }
    return partsOf(readProfile(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function eachRow(
  what: string,
  size: number,
  parts: readonly Part[],
  noopParts: readonly Part[],
  most: number,
): Row {
  const each = (all: readonly Part[]) => summarise([all.reduce((sum, [, ms]) => sum + ms, 0) / size]);
  return {
    what: `plugin's CPU time for each certificate ${what}, its start included, N = ${size}`,
    against: "no-op native provider",
    unit: "ms",
    ours: each(parts),
    theirs: each(noopParts),
    result: each(parts),
    resultUnit: "ms",
    target: { kind: "at most", value: most },
  };
}

function rowsOf(work: string, parts: readonly Part[]): Row[] {
  const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
  return parts.slice(0, shownParts).map(([part, ms]) => ({
    what: `plugin's CPU time, ${work}: ${part}`,
    against: "all of it",
    unit: "ms",
    ours: summarise([ms]),
    theirs: summarise([total]),
    result: summarise([ms / total]),
    resultUnit: "×",
  }));
}
