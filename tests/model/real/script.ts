import { edit } from "../edits";
import { actOutside } from "../outside";
import type { Sequence } from "../play";
import type { Operation } from "../run";
import type { Stack } from "../stack";
import type { Edit, Outside, RunSettings, Step } from "../steps/step";
import type { World } from "../world";
import { type Found, foundIn, type Writes, writesIn } from "./writes";

/** One thing that happens, as both engines play it. */
export type Happening =
  | { do: "run"; stack: number; operation: Operation; settings: RunSettings }
  | { do: "edit"; stack: number; edit: Edit }
  | { do: "outside"; outside: Outside };

/** How a run ended. */
export interface Ended {
  succeeded: boolean;
  /** Codes of the messages with which it failed. */
  codes: string[];
  text: string;
}

/** What came of a happening. */
export interface Outcome {
  happening: Happening;
  /** What was done, in words; undefined where there was nothing to do it to. */
  said: string | undefined;
  /** The certificates that there were before, in order: those that numbers choose among. */
  certificates: string[];
  run?: { ended: Ended; writes: Writes; found: Found };
}

/** Whoever runs the programs of a world. */
export interface Player {
  world: World;
  run(stack: Stack, operation: Operation, settings: RunSettings): Promise<Ended>;
  /** Until no build is under way. */
  rest(): Promise<void>;
}

const calm: RunSettings = { disturbances: [], again: "no" };

/** What happens in a sequence, one thing after the other; at the end, each program runs once more. */
export function happeningsOf({ world, steps }: Pick<Sequence, "world" | "steps">): Happening[] {
  const up = (stack: number): Happening => ({ do: "run", stack, operation: "up", settings: calm });
  const all = world.stacks.map((_, index) => up(index));
  return [...(world.isUp ? all : []), ...steps.flatMap(happeningsIn), ...all];
}

function happeningsIn(step: Step): Happening[] {
  switch (step.do) {
    case "edit":
    case "outside":
      return [step];
    case "edit and up": {
      const { stack, edit, run } = step;
      return [
        { do: "edit", stack, edit },
        { do: "run", stack, operation: "up", settings: run },
      ];
    }
    case "both":
    case "wait":
      throw new Error(`"${step.do}" is left to the model`);
    default:
      return [{ do: "run", stack: step.stack, operation: step.do, settings: step.run }];
  }
}

export async function playOne(player: Player, happening: Happening): Promise<Outcome> {
  const { world } = player;
  await player.rest();
  const certificates = world.state.certificates.map(nameOf);
  const stackOf = (number: number) => world.stacks[number % world.stacks.length] as Stack;
  if (happening.do === "outside") {
    return { happening, certificates, said: actOutside(world, happening.outside) };
  }
  const stack = stackOf(happening.stack);
  if (happening.do === "edit") {
    const said = edit(world, stack, happening.edit);
    if (said !== undefined) stack.isSettled = false;
    return { happening, certificates, said };
  }
  const { operation, settings } = happening;
  const { entries } = world.emulator.trace;
  entries.splice(0);
  const ended = await player.run(stack, operation, settings);
  const writes = writesIn(entries);
  await player.rest();
  const said = `${stack.key} ${operation}`;
  return { happening, certificates, said, run: { ended, writes, found: foundIn(world.state) } };
}

export function nameOf({ project, name }: { project: string; name: string }): string {
  return `${project}/${name}`;
}

export function codesIn(text: string): string[] {
  return [...new Set(text.match(/ZUPLO\d{4}/g))].sort();
}
