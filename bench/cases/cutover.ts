/** What the cutover of a large stage is made of, and how much of it is the engine's own writing. */
import type { Bench, BenchCase } from "../bench";
import { type CutoverPhases, cutoverPhases } from "../cutover";
import { EmulatorProcess } from "../emulator";
import { interleave } from "../interleave";
import { pemFiles, rotationFiles } from "../rotationStack";
import { branchesOf, places, redeployMs } from "../rotations";
import type { Row } from "../row";
import { BenchStack } from "../stack";
import { summarise } from "../statistics";

const environments = 20;
const quickEnvironments = 3;
const kinds = ["native", "dynamic"] as const;
type Kind = (typeof kinds)[number];
const writings = ["state written with every step", "state written once"] as const;
const phases: Record<keyof CutoverPhases, string> = {
  variables: "from the first variable to the last one",
  disabling: "until the first redeploy is asked for",
  asking: "until the last redeploy is asked for",
  whole: "the whole of it",
};

export const cutover: BenchCase = {
  name: "cutover",
  async run(bench) {
    const rows: Row[] = [];
    for (const kind of kinds) rows.push(...(await rowsOf(bench, kind)));
    return rows;
  },
};

async function rowsOf({ repetitions, quick, say }: Bench, kind: Kind): Promise<Row[]> {
  const count = quick ? quickEnvironments : environments;
  const measured = await interleave(writings, repetitions, writing => {
    say(`E = ${count}, ${kind}, ${writing}`);
    return rotate(kind, count, writing === "state written with every step");
  });
  return writings.flatMap(writing =>
    Object.entries(phases).map(([phase, text]): Row => {
      const took = summarise(measured[writing].map(each => each[phase as keyof CutoverPhases]));
      return {
        what: `cutover, E = ${count}, ${kind}, ${writing}: ${text}`,
        against: `one redeploy of ${redeployMs} ms`,
        unit: "ms",
        ours: took,
        result: took,
        resultUnit: "ms",
      };
    }),
  );
}

async function rotate(kind: Kind, count: number, checkpoints: boolean): Promise<CutoverPhases> {
  const emulator = await EmulatorProcess.start({ branches: branchesOf(count), deployMs: redeployMs });
  try {
    const [first, next] = await emulator.issue(2);
    if (first === undefined || next === undefined) throw new Error("no certificate was issued");
    const files = { ...rotationFiles(kind, await emulator.deployments(), []), ...pemFiles(first) };
    const stack = await BenchStack.create(emulator.target, files, { checkpoints });
    try {
      await stack.up(...places);
      const [old] = await emulator.certificates();
      await stack.write(pemFiles(next));
      await emulator.takeTrace();
      await stack.up(...places);
      return cutoverPhases(await emulator.takeTrace(), old?.name ?? "");
    } finally {
      await stack.remove();
    }
  } finally {
    await emulator.stop();
  }
}
