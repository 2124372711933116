import type { Cell, Outcome, Scene } from "./cell";

export interface Played extends Outcome {
  cell: Cell;
  ms: number;
}

/** Plays cells side by side, each with an emulator and a Pulumi home of its own. */
export async function play(
  scene: Scene,
  cells: readonly Cell[],
  workers: number,
  onPlayed: (played: Played) => void,
): Promise<Played[]> {
  const waiting = [...cells];
  const played: Played[] = [];
  const work = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      const startedAt = Date.now();
      const outcome = await scene.play(cell);
      const one = { cell, ms: Date.now() - startedAt, ...outcome };
      played.push(one);
      onPlayed(one);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return played;
}

/** The same cells for the same seed: every `cells.length / count`-th, from a place that the seed chooses. */
export function sample(cells: readonly Cell[], count: number, seed: number): Cell[] {
  const step = Math.max(1, Math.floor(cells.length / count));
  const start = seed % Math.max(1, step);
  return Array.from(
    { length: Math.min(count, cells.length) },
    (_, index) => cells[(start + index * step) % cells.length],
  ).filter(cell => cell !== undefined);
}
