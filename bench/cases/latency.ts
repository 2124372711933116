/** Creating N certificates when the API is as far away as Zuplo is. */
import { availableParallelism } from "node:os";
import type { BenchCase } from "../bench";
import { certificateFiles, type Side } from "../certificateStack";
import { EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import { BenchStack } from "../stack";
import { ratios, summarise } from "../statistics";

const certificates = 200;
const quickCertificates = 20;
const latencyMs = 50;
/** The engine's default: four resources side by side for each core. */
const parallel = 4 * availableParallelism();
const target = { kind: "at most", value: 1.15 } as const;

export const latency: BenchCase = {
  name: "latency",
  async run({ repetitions, quick, say }) {
    const size = quick ? quickCertificates : certificates;
    const emulator = await EmulatorProcess.start({ branches: [] });
    try {
      await emulator.latency(latencyMs);
      const { ours, floor } = await interleave(["ours", "floor"] as const, repetitions, async side => {
        say(`N = ${size}, ${side}`);
        return create(emulator, side, size);
      });
      const bound = floor.map(wall => wall + (size * latencyMs) / parallel);
      return [
        {
          what: `create, N = ${size}, ${latencyMs} ms for each API call, native`,
          against: `N · ${latencyMs} ms ÷ ${parallel} side by side + no-op provider`,
          unit: "ms",
          ours: summarise(ours),
          theirs: summarise(bound),
          result: ratios(ours, bound),
          resultUnit: "×",
          target,
        },
      ];
    } finally {
      await emulator.stop();
    }
  },
};

async function create(emulator: EmulatorProcess, side: Side, size: number): Promise<number> {
  const files = certificateFiles("native", side, await emulator.issue(size));
  const stack = await BenchStack.create(emulator.target, files);
  try {
    const { wall } = await stack.up("--parallel", String(parallel));
    await stack.destroy();
    return wall;
  } finally {
    await stack.remove();
  }
}
