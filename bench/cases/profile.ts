/** Where the plugin spends its processor time: what limits it, by a profile. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchCase } from "../bench";
import { EmulatorProcess } from "../emulator";
import { PluginProcess } from "../plugin";
import { partsOf, readProfile } from "../profile";
import type { Row } from "../row";
import { summarise } from "../statistics";

const certificates = 1000;
const quickCertificates = 50;
const shownParts = 9;

export const profile: BenchCase = {
  name: "profile",
  async run({ quick, say }) {
    const size = quick ? quickCertificates : certificates;
    say(`${size} certificates`);
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
    const emulator = await EmulatorProcess.start({ branches: [] });
    try {
      const plugin = await PluginProcess.start("ours", folder);
      await plugin.create(emulator.target, await emulator.issue(size));
      await plugin.stop();
      const parts = partsOf(readProfile(folder));
      const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
      return parts.slice(0, shownParts).map(([part, ms]): Row => {
        const share = summarise([ms / total]);
        const what = `plugin's CPU time, check and create, N = ${size}: ${part}`;
        const all = summarise([total]);
        return {
          what,
          against: "all of it",
          unit: "ms",
          ours: summarise([ms]),
          theirs: all,
          result: share,
          resultUnit: "×",
        };
      });
    } finally {
      await emulator.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
