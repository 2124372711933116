/** Where the plugin spends its processor time: what limits it, by a profile. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "../bench";
import type { Side } from "../certificateStack";
import { EmulatorProcess, type Target } from "../emulator";
import { interleave } from "../interleave";
import { type Made, PluginProcess } from "../plugin";
import { type Part, partsOf, readProfile } from "../profile";
import type { Row } from "../row";
import { summarise } from "../statistics";

const certificates = 1000;
const quickCertificates = 50;
const shownParts = 8;
const sides = ["ours", "floor"] as const;
/** For each certificate, in milliseconds. */
const maxCreatedMs = 2.5;
const maxUnchangedMs = 1.2;

export const profile: BenchCase = {
  name: "profile",
  async run({ repetitions, quick, say }) {
    const size = quick ? quickCertificates : certificates;
    // What a project has already is found there, and not created.
    const projects = Array.from({ length: repetitions + 1 }, (_, index) => `empty-${index}`);
    const emulator = await EmulatorProcess.start({ branches: [], projects });
    const unused = [...projects];
    try {
      const issued = await emulator.issue(size);
      const made: Record<Side, { target: Target; all: Made[] }> = {
        ours: { target: emulator.target, all: [] },
        floor: { target: emulator.target, all: [] },
      };
      const create = (side: Side) => async (plugin: PluginProcess) => {
        // The one that does nothing needs no project.
        const project = (side === "ours" ? unused.pop() : undefined) ?? emulator.target.project;
        const target = { ...emulator.target, project };
        made[side] = { target, all: await plugin.create(target, issued) };
      };
      const compare = (side: Side) => (plugin: PluginProcess) =>
        plugin.compare(made[side].target, made[side].all);
      const measure = (work: typeof create) =>
        interleave(sides, repetitions, (side, repetition) => {
          say(`${work.name}, N = ${size}, ${side}, ${repetition + 1} of ${repetitions}`);
          return processorTimeOf(work(side), side);
        });
      const creating = await measure(create);
      const comparing = await measure(compare);
      say("profiles");
      return [
        ...eachRows("created", size, creating, maxCreatedMs),
        ...eachRows("unchanged", size, comparing, maxUnchangedMs),
        ...rowsOf(`check and create, N = ${size}`, await profileOf(create("ours"))),
        ...rowsOf(`check and diff of what is unchanged, N = ${size}`, await profileOf(compare("ours"))),
      ];
    } finally {
      await emulator.stop();
    }
  },
};

/** What a plugin's process takes from its start to the end of the work, in milliseconds. */
async function processorTimeOf(
  work: (plugin: PluginProcess) => Promise<void>,
  side: Side,
): Promise<number | undefined> {
  const plugin = await PluginProcess.start(side);
  try {
    await work(plugin);
    return plugin.processorTime();
  } finally {
    await plugin.stop();
  }
}

/** What a plugin's process does from its start to the end of the work. */
async function profileOf(work: (plugin: PluginProcess) => Promise<void>): Promise<Part[]> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
  try {
    const plugin = await PluginProcess.start("ours", folder);
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

function eachRows(
  what: string,
  size: number,
  measured: Record<Side, (number | undefined)[]>,
  most: number,
): Row[] {
  const each = (all: readonly (number | undefined)[]) =>
    all.flatMap(ms => (ms === undefined ? [] : [ms / size]));
  const [ours, floor] = [each(measured.ours), each(measured.floor)];
  // Only Linux tells.
  if (ours.length === 0) return [];
  return [
    {
      what: `plugin's CPU time for each certificate ${what}, its start included, N = ${size}`,
      against: "no-op native provider",
      unit: "ms",
      ours: summarise(ours),
      theirs: summarise(floor),
      result: summarise(ours),
      resultUnit: "ms",
      target: { kind: "at most", value: most },
    },
  ];
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
