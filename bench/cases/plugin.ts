/** How soon the plugin is ready, and how much memory it needs. */
import type { BenchCase } from "../bench";
import type { Side } from "../certificateStack";
import { EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import { PluginProcess } from "../plugin";
import { ratios, summarise } from "../statistics";

const certificates = 1000;
const quickCertificates = 50;
/** A start is short: more of them cost little and say more. */
const startsPerRepetition = 4;
const target = { kind: "at most", value: 1.3 } as const;
const sides = ["ours", "floor"] as const;
const against = "a plugin that does nothing";

export const pluginStart: BenchCase = {
  name: "plugin-start",
  async run({ repetitions, say }) {
    say("starting plugins");
    const measure = async (side: Side) => {
      const plugin = await PluginProcess.start(side);
      await plugin.stop();
      return plugin.startMs;
    };
    const { ours, floor } = await interleave(sides, repetitions * startsPerRepetition, measure);
    return [
      {
        what: "plugin: start to port",
        against,
        unit: "ms",
        ours: summarise(ours),
        theirs: summarise(floor),
        result: ratios(ours, floor),
        resultUnit: "×",
        target,
      },
    ];
  },
};

export const pluginMemory: BenchCase = {
  name: "plugin-memory",
  async run({ repetitions, quick, say }) {
    const size = quick ? quickCertificates : certificates;
    const measured = await interleave(sides, repetitions, side => {
      say(`${side}: ${size} certificates`);
      return peakWith(side, size);
    });
    const known = (values: (number | undefined)[]) => values.filter(value => value !== undefined);
    const [ours, floor] = [known(measured.ours), known(measured.floor)];
    // Only Linux tells.
    if (ours.length === 0) return [];
    return [
      {
        what: `plugin: peak memory, N = ${size}`,
        against,
        unit: "MB",
        ours: summarise(ours),
        theirs: summarise(floor),
        result: ratios(ours, floor),
        resultUnit: "×",
        target,
      },
    ];
  },
};

async function peakWith(side: Side, size: number): Promise<number | undefined> {
  const emulator = await EmulatorProcess.start({ branches: [] });
  const plugin = await PluginProcess.start(side);
  try {
    await plugin.create(emulator.target, await emulator.issue(size));
    return plugin.peakMemory();
  } finally {
    await plugin.stop();
    await emulator.stop();
  }
}
