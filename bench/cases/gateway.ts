/** What the gateway's callers notice of a rotation. */
import type { BenchCase } from "../bench";
import { GatewayScene } from "../gatewayScene";
import { interleave } from "../interleave";
import { ratios, summarise } from "../statistics";

const environments = 3;
const ratePerSecond = 200;

export const gateway: BenchCase = {
  name: "gateway",
  async run({ repetitions, say }) {
    const scene = await GatewayScene.open(environments, ratePerSecond);
    try {
      const sides = ["rotation", "redeploys", "no-op up", "calm"] as const;
      const during = {
        rotation: () => scene.rotate(),
        redeploys: () => scene.redeploy(),
        "no-op up": () => scene.up(),
        calm: () => scene.calm(),
      };
      const measured = await interleave(sides, repetitions, async side => {
        say(side);
        return during[side]();
      });
      const p99 = (side: (typeof sides)[number]) => measured[side].map(({ latencies }) => latencies.p99);
      const failed = summarise(measured.rotation.map(result => result.failed));
      const before = { against: "p99 before", unit: "ms", theirs: summarise(p99("calm")) } as const;
      return [
        {
          ...before,
          what: `gateway p99 while rotating, E = ${environments}, ${ratePerSecond} requests/s`,
          ours: summarise(p99("rotation")),
          result: ratios(p99("rotation"), p99("calm")),
          resultUnit: "×",
          target: { kind: "at most", value: 1.2 },
        },
        {
          what: "failed requests meanwhile",
          against: `of ${Math.min(...measured.rotation.map(({ requests }) => requests))} or more`,
          unit: "requests",
          ours: failed,
          result: failed,
          resultUnit: "requests",
          target: { kind: "equal", value: 0 },
        },
        {
          ...before,
          what: "gateway p99 while somebody redeploys the same deployments without Pulumi",
          ours: summarise(p99("redeploys")),
          result: ratios(p99("redeploys"), p99("calm")),
          resultUnit: "×",
        },
        {
          ...before,
          what: "gateway p99 while an `up` with nothing to do runs on the same machine",
          ours: summarise(p99("no-op up")),
          result: ratios(p99("no-op up"), p99("calm")),
          resultUnit: "×",
        },
      ];
    } finally {
      await scene.close();
    }
  },
};
