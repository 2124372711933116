/** What a user waits for: a rotation over three stages, when calls and builds take as long as they do at Zuplo. */
import type { Bench, BenchCase } from "../bench";
import { callsOf, EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import type { Row } from "../row";
import { type Engine, engines, openStages, type Running, type Staged, usual } from "../stagedRotation";
import { ratios, summarise } from "../statistics";

const latencyMs = 100;
const buildMs = 5000;
const sizes = [1, 5];
/** Deployments of each stage: 20 in all. */
const stages = [2, 6, 12];
const quickStages = [1, 1, 1];
const atMost = 1.1;

/** Upload and variables; for each stage disable, redeploy and build; then the deletion. All that can be is side by side. */
function criticalPathMs(count: number): number {
  const calls = 1 + 1 + count * 2 + 1;
  return calls * latencyMs + count * buildMs;
}

/** The engines, and Pulumi with the native plugin in other ways: what its own writes of the state take, and few slots. */
const otherwise: Readonly<Record<string, Running>> = {
  "native, state written once": { ...usual, checkpoints: false },
  // By default there are four for each processor: here, two processors.
  "native, 8 slots": { ...usual, slots: 8 },
};
const sides: readonly string[] = [...engines, ...Object.keys(otherwise)];
const isEngine = (side: string): side is Engine => engines.some(engine => engine === side);

interface Measured {
  wall: number;
  /** Of the same command right before, with nothing to do. */
  idle: number;
  redeploys: number;
}

export const stagedRotation: BenchCase = {
  name: "stages",
  async run(bench) {
    const deployments = bench.quick ? quickStages : stages;
    const rows: Row[] = [];
    for (const size of bench.quick ? sizes.slice(0, 1) : sizes)
      rows.push(...(await rowsOf(bench, size, deployments)));
    return rows;
  },
};

async function rowsOf(
  { repetitions, say }: Bench,
  size: number,
  deployments: readonly number[],
): Promise<Row[]> {
  const inStage = deployments.map((count, stage) =>
    Array.from({ length: count }, (_, index) => `stage-${stage + 1}-${index + 1}`),
  );
  // The last stage is production.
  const branches = inStage.flatMap((names, stage) =>
    names.map(name => ({
      name,
      environmentType: stage === inStage.length - 1 ? ("production" as const) : ("preview" as const),
    })),
  );
  const projectOf = (side: string) => `side-${sides.indexOf(side)}`;
  const emulator = await EmulatorProcess.start({
    projects: sides.map(projectOf),
    branches,
    deployMs: buildMs,
  });
  const opened = new Map<string, Staged>();
  try {
    for (const side of sides) {
      say(`K = ${size}: setting ${side} up`);
      const target = { ...emulator.target, project: projectOf(side) };
      const engine = isEngine(side) ? side : "native";
      const issued = await emulator.issue(size);
      opened.set(side, await openStages(engine, target, inStage, issued, otherwise[side]));
    }
    await emulator.latency(latencyMs);
    const measured = await interleave(sides, repetitions, async (side, repetition): Promise<Measured> => {
      say(`K = ${size}, ${side}, ${repetition + 1} of ${repetitions}`);
      const staged = opened.get(side);
      if (staged === undefined) throw new Error(`${side} was not set up`);
      const idle = await staged.apply();
      const issued = await emulator.issue(size);
      await emulator.takeTrace();
      const wall = await staged.rotate(issued);
      const redeploys = callsOf(await emulator.takeTrace(), "deployment.deploy").length;
      if ((await emulator.certificates(projectOf(side))).length !== size)
        throw new Error(`${side} did not rotate`);
      return { wall, idle, redeploys };
    });
    return sides.flatMap(side => rowsFor(side, size, deployments, measured[side] ?? []));
  } finally {
    await Promise.all([...opened.values()].map(staged => staged.remove()));
    await emulator.stop();
  }
}

function rowsFor(side: string, size: number, stages: readonly number[], measured: Measured[]): Row[] {
  const count = stages.reduce((sum, each) => sum + each, 0);
  const what = `rotation, K = ${size}, E = ${count} in ${stages.length} stages, ${side}`;
  const walls = measured.map(({ wall }) => wall);
  const criticalPath = `critical path: calls of ${latencyMs} ms, builds of ${buildMs / 1000} s`;
  const beside = (against: string, bound: number[]) => ({
    what,
    against,
    unit: "ms" as const,
    ours: summarise(walls),
    theirs: summarise(bound),
    result: ratios(walls, bound),
    resultUnit: "×" as const,
  });
  const path = criticalPathMs(stages.length);
  const redeploys = summarise(measured.map(each => each.redeploys));
  return [
    {
      ...beside(
        criticalPath,
        walls.map(() => path),
      ),
      // What a user waits for is the rest.
      ...(isEngine(side) ? { target: { kind: "at most" as const, value: atMost } } : {}),
      ...(side === "native"
        ? {
            headline: `${size === 1 ? "One certificate" : `${size} certificates`} over ${count} deployments in ${stages.length} stages`,
          }
        : {}),
    },
    beside(
      "critical path + the same command with nothing to do",
      measured.map(({ idle }) => path + idle),
    ),
    {
      what: `redeploys of it, ${side}`,
      against: "E",
      unit: "calls",
      ours: redeploys,
      result: redeploys,
      resultUnit: "calls",
      target: { kind: "equal", value: count },
    },
  ];
}
