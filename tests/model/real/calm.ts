import type { Sequence } from "../play";
import type { RunSettings, Step } from "../steps/step";
import type { WorldSpec } from "../world";

/** How long a build takes at the emulator of the real engine, in milliseconds. */
const deployMs = 100;
/** How long a verification is tried, in seconds. */
const patience = 2;
const mostStacks = 2;
/** Besides those with which it begins and ends. */
const mostRuns = 3;

/**
 * A sequence without what only the model can do at a given moment: kills, faults, two runs at once, hours that pass. Of
 * its runs, the first few.
 */
export function calmed({ world, steps, seed }: Sequence): Sequence {
  const calm: Step[] = [];
  let runs = 0;
  let isSettled = world.isUp;
  for (const step of steps) {
    const own = calmedStep(step);
    if (own === undefined) continue;
    if (own.do !== "edit" && own.do !== "outside") {
      // The same program once more is what every sequence ends with.
      if (isSettled && own.do === "up" && own.run.refresh !== true) continue;
      if (runs === mostRuns) break;
      runs += 1;
    }
    isSettled = own.do === "up" || own.do === "edit and up";
    calm.push(own);
  }
  return { world: calmedWorld(world), steps: calm, seed };
}

function calmedStep(step: Step): Step | undefined {
  switch (step.do) {
    case "both":
    case "wait":
      return undefined;
    case "edit":
      return isForTheEngine(step.edit) ? step : undefined;
    case "outside":
      // Whoever is told to come back later does, for a long time.
      return step.outside.act === "variables" && step.outside.reading === 429 ? undefined : step;
    case "edit and up":
      return isForTheEngine(step.edit) ? { ...step, run: calmedRun(step.run) } : undefined;
    default:
      return { ...step, run: calmedRun(step.run) };
  }
}

/** What is taken out of a state is chosen by its place in it, which is the engine's own business. */
function isForTheEngine({ edit }: { edit: string }): boolean {
  return edit !== "state delete";
}

function calmedRun(run: RunSettings): RunSettings {
  return { ...run, disturbances: [], again: "no" };
}

/** Where locations of the edge differ, time makes a difference. */
function calmedWorld({ edge: _, ...world }: WorldSpec): WorldSpec {
  const stacks = world.stacks.slice(0, mostStacks).map(stack => ({
    ...stack,
    components: stack.components.map(component => ({ ...component, patience })),
  }));
  return { ...world, deployMs, stacks, reading: world.reading === 429 ? "open" : world.reading };
}
