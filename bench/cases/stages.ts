/** What a user waits for: a rotation over three stages, when calls and builds take as long as they do at Zuplo. */
import type { Bench, BenchCase } from "../bench";
import { callsOf, EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import type { Row } from "../row";
import { type Engine, engines, openStages, type Staged } from "../stagedRotation";
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
  const emulator = await EmulatorProcess.start({ projects: [...engines], branches, deployMs: buildMs });
  const opened = new Map<Engine, Staged>();
  try {
    for (const engine of engines) {
      say(`K = ${size}: setting ${engine} up`);
      const target = { ...emulator.target, project: engine };
      opened.set(engine, await openStages(engine, target, inStage, await emulator.issue(size)));
    }
    await emulator.latency(latencyMs);
    const measured = await interleave(engines, repetitions, async (engine, repetition): Promise<Measured> => {
      say(`K = ${size}, ${engine}, ${repetition + 1} of ${repetitions}`);
      const staged = opened.get(engine);
      if (staged === undefined) throw new Error(`${engine} was not set up`);
      const idle = await staged.apply();
      const issued = await emulator.issue(size);
      await emulator.takeTrace();
      const wall = await staged.rotate(issued);
      const redeploys = callsOf(await emulator.takeTrace(), "deployment.deploy").length;
      if ((await emulator.certificates(engine)).length !== size) throw new Error(`${engine} did not rotate`);
      return { wall, idle, redeploys };
    });
    return engines.flatMap(engine => rowsFor(engine, size, deployments, measured[engine]));
  } finally {
    await Promise.all([...opened.values()].map(staged => staged.remove()));
    await emulator.stop();
  }
}

function rowsFor(engine: Engine, size: number, stages: readonly number[], measured: Measured[]): Row[] {
  const count = stages.reduce((sum, each) => sum + each, 0);
  const what = `rotation, K = ${size}, E = ${count} in ${stages.length} stages, ${engine}`;
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
      target: { kind: "at most", value: atMost },
      ...(engine === "native"
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
      what: `redeploys of it, ${engine}`,
      against: "E",
      unit: "calls",
      ours: redeploys,
      result: redeploys,
      resultUnit: "calls",
      target: { kind: "equal", value: count },
    },
  ];
}
