import { openInProcess } from "../../emulator/inProcess";
import { emptyState } from "../../emulator/state/model";
import { receive } from "./calls";
import { VirtualClock } from "./clock";
import { edit } from "./edits";
import { receiveWith } from "./fabric";
import { within } from "./host";
import { actOutside } from "./outside";
import { perform, waitForOrphans } from "./perform";
import { certificatePool } from "./pool";
import type { Violation } from "./rules/judge";
import type { Operation } from "./run";
import type { Stack } from "./stack";
import type { Edit, RunSettings, Step } from "./steps/step";
import { account, type Table, World, type WorldSpec } from "./world";

/** All that a sequence is: the same one is always played the same way. */
export interface Sequence {
  world: WorldSpec;
  steps: Step[];
  /** Of whatever else is left to chance: how long calls take, the jitter of pauses. */
  seed: number;
}

export interface Played {
  violations: readonly Violation[];
  trace: readonly string[];
}

const minute = 60_000;

/** What all sequences of a process share, since it takes longer to set up than most of them to play. */
export async function openTable(): Promise<Table> {
  const clock = { current: new VirtualClock() };
  const timing = {
    now: () => clock.current.now(),
    after: (ms: number, callback: () => void) => clock.current.after(ms, callback),
  };
  const urls = { apiUrl: "http://127.0.0.1:1", gatewayUrl: "http://127.0.0.1:2" };
  const emulator = await openInProcess({ timing, ...urls }, { state: emptyState(account) });
  return { emulator, pool: await certificatePool(), clock };
}

/** Plays a sequence up to its first violation. */
export async function play(table: Table, sequence: Sequence, ignored?: RegExp): Promise<Played> {
  const { world: spec, steps, seed } = sequence;
  const world = new World(table, spec, seed, ignored);
  await inWorld(world, () => playSteps(world, steps));
  return { violations: world.judge.violations, trace: world.trace };
}

/** Meanwhile the globals go by the world's clock and chance, and what is called arrives at its emulator. */
export async function inWorld<T>(world: World, work: () => Promise<T>): Promise<T> {
  const uninstall = world.clock.install(world.random);
  const disconnect = receiveWith((host, request) => {
    const run = world.runs.get(host);
    if (run === undefined) {
      world.judge.report("needless", "a preview calls", `${request.method} ${request.url}`);
      return Promise.reject(new Error("a preview may not call"));
    }
    return receive(world, run, host, request);
  });
  try {
    return await work();
  } finally {
    uninstall();
    disconnect();
  }
}

async function playSteps(world: World, steps: readonly Step[]): Promise<void> {
  const isOver = () => world.judge.violations.length > 0;
  if (world.spec.isUp) {
    for (const stack of world.stacks) {
      await world.drive(perform(world, stack, "up"));
      if (isOver()) return;
    }
  }
  for (const step of steps) {
    await playStep(world, step);
    if (isOver()) return;
  }
  await playEnd(world, isOver);
}

async function playStep(world: World, step: Step): Promise<void> {
  const stackOf = (number: number) => world.stacks[number % world.stacks.length] as Stack;
  switch (step.do) {
    case "up":
    case "refresh":
    case "destroy":
      return playRun(world, stackOf(step.stack), step.do, step.run);
    case "both": {
      const [one, other] = step.stacks.map(stackOf) as [Stack, Stack];
      if (one === other) return;
      const later = async () => {
        await within(undefined, () => world.clock.sleep(step.offset));
        return perform(world, other, step.operations[1]);
      };
      await world.drive(Promise.all([perform(world, one, step.operations[0]), later()]));
      return;
    }
    case "edit":
      return editStack(world, stackOf(step.stack), step.edit);
    case "edit and up": {
      const stack = stackOf(step.stack);
      await editStack(world, stack, step.edit);
      return playRun(world, stack, "up", step.run);
    }
    case "outside":
      actOutside(world, step.outside);
      await world.pass(1);
      return;
    case "wait":
      world.say("time", `${step.minutes} minutes pass`);
      return world.pass(step.minutes * minute);
  }
}

async function editStack(world: World, stack: Stack, change: Edit): Promise<void> {
  // What strays may undo what an edit asks for: nobody could know.
  const strays = world.straysUntil - world.clock.now();
  if (strays >= 0) await world.pass(strays + 1);
  const said = edit(world, stack, change);
  if (said === undefined) return;
  stack.isSettled = false;
  world.say(stack.key, said);
}

async function playRun(
  world: World,
  stack: Stack,
  operation: Operation,
  settings: RunSettings,
): Promise<void> {
  await world.drive(perform(world, stack, operation, settings));
  if (settings.again === "no" || world.judge.violations.length > 0) return;
  if (settings.again === "later") await waitForOrphans(world);
  await world.drive(perform(world, stack, operation === "destroy" ? "destroy" : "up"));
}

/** However it went: with access, a refresh and one more `up`, every stack is as its program says, and stays so. */
async function playEnd(world: World, isOver: () => boolean): Promise<void> {
  await waitForOrphans(world);
  actOutside(world, { act: "restore access" });
  for (const stack of world.stacks) {
    await world.drive(perform(world, stack, "up", { refresh: true, disturbances: [], again: "no" }));
    if (isOver()) return;
    await world.drive(perform(world, stack, "up"));
    if (isOver()) return;
  }
}
