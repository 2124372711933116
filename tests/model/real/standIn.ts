import { perform } from "../perform";
import { inWorld, type Sequence } from "../play";
import { type Table, World } from "../world";
import { codesIn, happeningsOf, type Outcome, type Player, playOne } from "./script";

const second = 1000;

export interface Played {
  outcomes: Outcome[];
  /** How long the longest run takes, in seconds. */
  longest: number;
  violations: World["judge"]["violations"];
  trace: readonly string[];
}

/** Plays a sequence with the model's own engine. `latencyMs`: as long as a call may be on its way. */
export async function playStandIn(table: Table, sequence: Sequence, latencyMs?: number): Promise<Played> {
  const world = new World(table, sequence.world, sequence.seed);
  world.latencyMs = latencyMs ?? world.latencyMs;
  let longest = 0;
  const player: Player = {
    world,
    async run(stack, operation, settings) {
      const startedAt = world.clock.now();
      const succeeded = await world.drive(perform(world, stack, operation, settings));
      longest = Math.max(longest, (world.clock.now() - startedAt) / second);
      const errors = [...world.runs.values()].at(-1)?.engine.errors ?? [];
      return { succeeded, codes: codesIn(errors.join()), text: errors.join("\n") };
    },
    async rest() {
      while (world.state.deployments.some(({ pending }) => pending > 0)) await world.pass(second);
    },
  };
  const outcomes = await inWorld(world, async () => {
    const played: Outcome[] = [];
    for (const happening of happeningsOf(sequence)) played.push(await playOne(player, happening));
    return played;
  });
  return { outcomes, longest, violations: world.judge.violations, trace: world.trace };
}
