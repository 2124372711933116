/** The life of a stack of N certificates, each step timed, for this provider and for the floor in turn. */
import type { Issued } from "../emulator/pki";
import type { Bench } from "./bench";
import { certificateFiles, type Kind, projectFiles, type Side } from "./certificateStack";
import { callsOf, EmulatorProcess } from "./emulator";
import { interleave } from "./interleave";
import { BenchStack, type Cost } from "./stack";

export const steps = ["create", "no-op up", "refresh", "rotate", "destroy"] as const;
export type Step = (typeof steps)[number];

/**
 * The engine writes the whole state twice for each resource, which makes its floor grow with the square of N: above
 * this size it is left out, so that what is ours is not hidden by it.
 */
const maxCheckpointed = 100;

export function hasCheckpoints({ checkpoints }: Bench, size: number): boolean {
  return checkpoints || size <= maxCheckpointed;
}

export interface Life {
  costs: Record<Step, Cost>;
  /** API calls of each step; none for the floor. */
  calls: Record<Step, number>;
  /** Bytes of the state after the creation. */
  stateBytes: number;
}

/** Each side lives `bench.repetitions` times. */
export async function lives(bench: Bench, kind: Kind, size: number): Promise<Record<Side, Life[]>> {
  const emulator = await EmulatorProcess.start({ branches: [] });
  try {
    const before = await emulator.issue(size);
    const after = await emulator.issue(size);
    return await interleave(["ours", "floor"] as const, bench.repetitions, async (side, repetition) => {
      bench.say(`N = ${size}, ${side}, ${repetition + 1} of ${bench.repetitions}`);
      return live(emulator, kind, side, before, after, hasCheckpoints(bench, size));
    });
  } finally {
    await emulator.stop();
  }
}

async function live(
  emulator: EmulatorProcess,
  kind: Kind,
  side: Side,
  before: readonly Issued[],
  after: readonly Issued[],
  checkpoints: boolean,
): Promise<Life> {
  const files = { ...projectFiles(kind, side), ...certificateFiles(kind, side, before) };
  const stack = await BenchStack.create(emulator.target, files, { checkpoints });
  const costs = {} as Record<Step, Cost>;
  const calls = {} as Record<Step, number>;
  const timed = async (step: Step, work: () => Promise<Cost>) => {
    await emulator.takeTrace();
    costs[step] = await work();
    calls[step] = callsOf(await emulator.takeTrace()).length;
  };
  try {
    await timed("create", () => stack.up());
    const stateBytes = await stack.stateSize();
    await timed("no-op up", () => stack.up("--expect-no-changes"));
    await timed("refresh", () => stack.refresh("--expect-no-changes"));
    await stack.write(certificateFiles(kind, side, after));
    await timed("rotate", () => stack.up());
    await timed("destroy", () => stack.destroy());
    return { costs, calls, stateBytes };
  } finally {
    await stack.remove();
  }
}
