/** The calls of a rotation by the engine, which do not depend on the machine. */
import type { BenchCase } from "../bench";
import { callsOf, EmulatorProcess } from "../emulator";
import { manyFiles, programOf } from "../manyCertificates";
import { branchesOf } from "../rotations";
import type { Row } from "../row";
import { BenchStack } from "../stack";
import { summarise } from "../statistics";

/** K certificates, V variables, S environment types, E deployments. */
interface Size {
  K: number;
  V: number;
  S: number;
  E: number;
}

const sizes: Size[] = [
  { K: 1, V: 1, S: 1, E: 1 },
  { K: 10, V: 12, S: 2, E: 3 },
  { K: 100, V: 120, S: 2, E: 50 },
];
const deployMs = 50;

export const counts: BenchCase = {
  name: "counts",
  async run({ quick, say }) {
    const rows: Row[] = [];
    for (const size of quick ? sizes.slice(0, 2) : sizes) {
      say(describe(size));
      rows.push(...(await rowsOf(size)));
    }
    return rows;
  },
};

function describe({ K, V, S, E }: Size): string {
  return `K = ${K}, V = ${V}, S = ${S}, E = ${E}`;
}

async function rowsOf(size: Size): Promise<Row[]> {
  const { K, V, S, E } = size;
  const emulator = await EmulatorProcess.start({ branches: branchesOf(E), deployMs });
  const branches = (await emulator.deployments()).map(({ branch }) => branch);
  const files = { ...programOf(K, V, branches), ...manyFiles(await emulator.issue(K)) };
  const stack = await BenchStack.create(emulator.target, files);
  try {
    await stack.up();
    await stack.write(manyFiles(await emulator.issue(K)));
    await emulator.takeTrace();
    await stack.up();
    const trace = await emulator.takeTrace();
    const calls = callsOf(trace);
    const polls = callsOf(trace, "deployment.get").length;
    const reads = calls.filter(({ method }) => method === "GET").length - polls;
    const writes = calls.length - reads - polls;
    return [
      row(`writes of a rotation, ${describe(size)}`, "K + V + K·S + E + K", writes, K + V + K * S + E + K),
      row(`reads of it, besides ${polls} looks at builds`, "one list of each kind", reads, 2),
      row("redeploys of it", "E", callsOf(trace, "deployment.deploy").length, E),
    ];
  } finally {
    await stack.remove();
    await emulator.stop();
  }
}

function row(what: string, against: string, counted: number, value: number): Row {
  const ours = summarise([counted]);
  const target = { kind: "equal", value } as const;
  return { what, against, unit: "calls", ours, result: ours, resultUnit: "calls", target };
}
