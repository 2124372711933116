/** How long a rotation takes, and what it costs the callers, by each way of doing it. */
import type { BenchCase } from "../bench";
import { type Rotation, redeployMs, rotations } from "../rotations";
import type { Row, Target } from "../row";
import { ratios, summarise } from "../statistics";

const environments = [1, 3, 20];
const quickEnvironments = [1];
/** Over one redeploy. */
const maxExtraMs = 250;

/** How many times faster than each of the two peers. */
const atLeast: Record<"native" | "dynamic", Record<number, number>> = {
  native: { 3: 6, 20: 12 },
  dynamic: { 3: 3, 20: 7 },
};
const peers = {
  procedure: "the documented procedure with Zuplo's CLI",
  commands: "a stack of commands with Zuplo's CLI",
};

export const rotation: BenchCase = {
  name: "rotation",
  async run(bench) {
    const rows: Row[] = [];
    for (const count of bench.quick ? quickEnvironments : environments) {
      const measured = await rotations(bench, count);
      for (const side of ["native", "dynamic"] as const) {
        for (const peer of ["procedure", "commands"] as const) {
          const wall = atLeast[side][count];
          rows.push({
            what: `rotation, E = ${count}, ${side}`,
            against: peers[peer],
            unit: "ms",
            ours: summarise(measured[side].map(({ wall }) => wall)),
            theirs: summarise(measured[peer].map(({ wall }) => wall)),
            // Their time over ours: how many times faster.
            result: ratios(
              measured[peer].map(({ wall }) => wall),
              measured[side].map(({ wall }) => wall),
            ),
            resultUnit: "×",
            ...(wall === undefined ? {} : { target: { kind: "at least", value: wall } as const }),
            ...(side === "native" && peer === "procedure"
              ? { headline: `A rotation over ${count === 1 ? "one deployment" : `${count} deployments`}` }
              : {}),
          });
        }
        rows.push(
          failureRow(`failed requests, E = ${count}, ${side}`, measured[side], measured.procedure),
          cutoverRow(`cutover, E = ${count}, ${side}`, measured[side], measured.procedure),
        );
      }
    }
    return rows;
  },
};

function failureRow(what: string, ours: Rotation[], theirs: Rotation[]): Row {
  const failed = summarise(ours.map(rotation => rotation.failed));
  return {
    what,
    against: `${peers.procedure}; ${Math.min(...ours.map(({ requests }) => requests))} requests or more`,
    unit: "requests",
    ours: failed,
    theirs: summarise(theirs.map(rotation => rotation.failed)),
    result: failed,
    resultUnit: "requests",
    target: { kind: "equal", value: 0 },
  };
}

function cutoverRow(what: string, ours: Rotation[], theirs: Rotation[]): Row {
  const cutover = summarise(ours.map(rotation => rotation.cutover));
  const target: Target = { kind: "at most", value: redeployMs + maxExtraMs };
  return {
    what,
    against: `one redeploy of ${redeployMs} ms + ${maxExtraMs} ms; ${peers.procedure}`,
    unit: "ms",
    ours: cutover,
    theirs: summarise(theirs.map(rotation => rotation.cutover)),
    result: cutover,
    resultUnit: "ms",
    target,
  };
}
