/** The same rotation by each way of doing it, under a light load, in turn. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentSummary } from "../emulator";
import { openZuploCli, type ZuploCli } from "../tests/emulator/zuplo-cli";
import type { Bench } from "./bench";
import { cutoverMs } from "./cutover";
import { EmulatorProcess, type Target } from "./emulator";
import { interleave } from "./interleave";
import { LoadProcess } from "./load";
import { Procedure } from "./peers/procedure";
import { pemFiles, type RotationSide, rotationFiles } from "./rotationStack";
import { BenchStack } from "./stack";

export const redeployMs = 300;
export const sides = ["native", "dynamic", "procedure", "commands"] as const;
export type Side = (typeof sides)[number];

/** Places of the engine (`--parallel`): with its default, four for each core, a stage of 20 would take several rounds. */
export const places = ["--parallel", "32"];
/** Requests a second over all deployments: enough to see a failure, little beside what is measured. */
const ratePerSecond = 50;
const maxRotationSeconds = 300;

export interface Rotation {
  /** Milliseconds. */
  wall: number;
  cutover: number;
  requests: number;
  failed: number;
}

/** One way of rotating, set up with a first certificate. */
interface Way {
  /** @returns milliseconds. */
  rotate(issued: Awaited<ReturnType<EmulatorProcess["issue"]>>[number]): Promise<number>;
  remove(): Promise<void>;
}

/** Main is production, the others are previews. */
export function branchesOf(count: number): { name: string }[] {
  return Array.from({ length: count }, (_, index) => ({ name: index === 0 ? "main" : `preview-${index}` }));
}

export async function rotations(bench: Bench, environments: number): Promise<Record<Side, Rotation[]>> {
  const cli = await openZuploCli();
  // Each way has a project of its own, which nobody else changes.
  const emulator = await EmulatorProcess.start({
    projects: [...sides],
    branches: branchesOf(environments),
    deployMs: redeployMs,
  });
  const ways = new Map<Side, Way>();
  try {
    for (const side of sides) {
      bench.say(`E = ${environments}: setting ${side} up`);
      ways.set(side, await open(side, emulator, cli));
    }
    return await interleave(sides, bench.repetitions, async (side, repetition) => {
      bench.say(`E = ${environments}, ${side}, ${repetition + 1} of ${bench.repetitions}`);
      const way = ways.get(side);
      if (way === undefined) throw new Error(`${side} was not set up`);
      return measure(emulator, side, way);
    });
  } finally {
    await Promise.all([...ways.values()].map(way => way.remove()));
    await emulator.stop();
    await cli.dispose();
  }
}

async function measure(emulator: EmulatorProcess, side: Side, way: Way): Promise<Rotation> {
  const [issued] = await emulator.issue(1);
  const [old] = await emulator.certificates(side);
  if (issued === undefined || old === undefined) throw new Error("there is nothing to rotate");
  const urls = (await emulator.deployments(side)).map(({ url }) => url);
  await emulator.takeTrace();
  const load = await LoadProcess.start({ urls, ratePerSecond, maxSeconds: maxRotationSeconds });
  const wall = await way.rotate(issued);
  const { requests, failed } = await load.stop();
  const [next, ...others] = await emulator.certificates(side);
  if (next === undefined || others.length > 0 || next.name === old.name)
    throw new Error(`${side} did not rotate`);
  return { wall, requests, failed, cutover: cutoverMs(await emulator.takeTrace(), old.name) };
}

async function open(side: Side, emulator: EmulatorProcess, cli: ZuploCli): Promise<Way> {
  const target = { ...emulator.target, project: side };
  const deployments = await emulator.deployments(side);
  const [first] = await emulator.issue(1);
  if (first === undefined) throw new Error("no certificate was issued");
  if (side === "procedure") return openProcedure(cli, target, deployments, first);
  return openStack(side, cli, target, deployments, first);
}

async function openStack(
  side: RotationSide,
  cli: ZuploCli,
  target: Target,
  deployments: readonly DeploymentSummary[],
  first: Parameters<typeof pemFiles>[0],
): Promise<Way> {
  const files = { ...rotationFiles(side, deployments, cli.command), ...pemFiles(first) };
  const stack = await BenchStack.create(target, files);
  await stack.up(...places);
  return {
    async rotate(issued) {
      await stack.write(pemFiles(issued));
      return (await stack.up(...places)).wall;
    },
    remove: () => stack.remove(),
  };
}

async function openProcedure(
  cli: ZuploCli,
  target: Target,
  deployments: readonly DeploymentSummary[],
  first: Parameters<typeof pemFiles>[0],
): Promise<Way> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
  const paths = { certificate: join(folder, "client.pem"), key: join(folder, "client.key") };
  const put = async ({ certificate, privateKey }: typeof first) => {
    await writeFile(paths.certificate, certificate);
    await writeFile(paths.key, privateKey, { mode: 0o600 });
  };
  const procedure = new Procedure(cli, target, deployments);
  let generation = 1;
  await put(first);
  await procedure.install(`backend_${generation}`, paths);
  return {
    async rotate(issued) {
      await put(issued);
      const names = { old: `backend_${generation}`, next: `backend_${generation + 1}` };
      const startedAt = performance.now();
      await procedure.rotate(names, paths);
      generation += 1;
      return performance.now() - startedAt;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
