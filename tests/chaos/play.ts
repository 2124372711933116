import type { Cell, Outcome } from "./cell";
import type { Scene } from "./scene";

export interface Played extends Outcome {
  adapter: Scene["adapter"];
  cell: Cell;
  ms: number;
}

/** Plays cells side by side, each with an emulator and a Pulumi home of its own. Fails once none is under way. */
export async function play(
  cells: readonly { scene: Scene; cell: Cell }[],
  workers: number,
  onPlayed: (played: Played) => void,
): Promise<Played[]> {
  const waiting = [...cells];
  const played: Played[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { scene, cell } = next;
      const startedAt = Date.now();
      const outcome = await scene.play(cell);
      const one = { adapter: scene.adapter, cell, ms: Date.now() - startedAt, ...outcome };
      played.push(one);
      onPlayed(one);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: workers }, work));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
  return played;
}
