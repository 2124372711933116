/** N certificates, beside the same stack on a provider that does nothing: what is above that is ours. */
import type { Bench, BenchCase } from "../bench";
import type { Kind } from "../certificateStack";
import { hasCheckpoints, type Life, lives, type Step, steps } from "../lifecycle";
import type { Row } from "../row";
import { exponent, ratios, summarise } from "../statistics";

const sizes = [1, 10, 100, 1000];
const quickSizes = [1, 10];
const largestSize = 1000;
const growthFrom = 100;
const maxExponent = 1.1;

function scale(kind: Kind): BenchCase {
  return {
    name: `scale-${kind}`,
    async run(bench: Bench) {
      const rows: Row[] = [];
      const spent = new Map<number, number>();
      for (const size of bench.quick ? quickSizes : sizes) {
        const { ours, floor } = await lives(bench, kind, size);
        const against = `no-op ${kind} provider${hasCheckpoints(bench, size) ? "" : ", state written once"}`;
        rows.push(...steps.map(step => ({ ...wallRow(kind, size, step, ours, floor), against })));
        rows.push(...countRows(kind, size, ours), stateRow(kind, size, ours, floor));
        spent.set(size, summarise(ours.map((life, index) => ownCpu(life, floor[index]))).median);
      }
      const small = spent.get(growthFrom);
      const large = spent.get(largestSize);
      if (small !== undefined && large !== undefined) rows.push(growthRow(kind, small, large));
      return rows;
    },
  };
}

export const scaleNative = scale("native");
export const scaleDynamic = scale("dynamic");

function wallRow(kind: Kind, size: number, step: Step, ours: Life[], floor: Life[]): Omit<Row, "against"> {
  const wall = (lives: Life[]) => lives.map(({ costs }) => costs[step].wall);
  return {
    what: `${step}, N = ${size}, ${kind}`,
    unit: "ms",
    ours: summarise(wall(ours)),
    theirs: summarise(wall(floor)),
    result: ratios(wall(ours), wall(floor)),
    resultUnit: "×",
  };
}

/** API calls where there is nothing to do, and in a refresh, which reads lists instead of objects. */
function countRows(kind: Kind, size: number, lives: Life[]): Row[] {
  const pageSize = 1000;
  // A full page may not be the last.
  const wanted = { "no-op up": 0, refresh: Math.floor(size / pageSize) + 1 } as const;
  return (["no-op up", "refresh"] as const).map(step => {
    const counted = summarise(lives.map(({ calls }) => calls[step]));
    return {
      what: `API calls: ${step}, N = ${size}, ${kind}`,
      against: step === "refresh" ? "list pages" : "0",
      unit: "calls",
      ours: counted,
      result: counted,
      resultUnit: "calls",
      target: { kind: "equal", value: wanted[step] },
    };
  });
}

/** What the engine reads and writes in every run. */
function stateRow(kind: Kind, size: number, ours: Life[], floor: Life[]): Row {
  const megabytes = (lives: Life[]) => lives.map(({ stateBytes }) => stateBytes / 1e6);
  return {
    what: `state file, N = ${size}, ${kind}`,
    against: `no-op ${kind} provider`,
    unit: "MB",
    ours: summarise(megabytes(ours)),
    theirs: summarise(megabytes(floor)),
    result: ratios(megabytes(ours), megabytes(floor)),
    resultUnit: "×",
  };
}

/** Processor time of a whole life, above the floor's, in milliseconds. */
function ownCpu(ours: Life, floor: Life | undefined): number {
  const sum = (life: Life) => steps.reduce((total, step) => total + life.costs[step].cpu, 0);
  if (floor === undefined) throw new Error("the floor was not measured");
  return sum(ours) - sum(floor);
}

function growthRow(kind: Kind, small: number, large: number): Row {
  const grown = exponent({ size: growthFrom, cost: small }, { size: largestSize, cost: large });
  const once = (value: number) => summarise([value]);
  return {
    what: `growth of our own CPU time, N = ${growthFrom} to ${largestSize}, ${kind}`,
    against: `linear: ${Math.round(small)} ms at ${growthFrom}`,
    unit: "ms",
    ours: once(large),
    theirs: once((small * largestSize) / growthFrom),
    result: once(grown),
    resultUnit: "",
    target: { kind: "at most", value: maxExponent },
  };
}
