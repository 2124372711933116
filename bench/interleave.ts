/**
 * Measures two or more sides in turn, and every other time in the reverse order (A, B, B, A, …): a machine that gets
 * slower or faster meanwhile does so for all of them.
 */
export async function interleave<Side extends string, T>(
  sides: readonly Side[],
  repetitions: number,
  measure: (side: Side, repetition: number) => Promise<T>,
): Promise<Record<Side, T[]>> {
  const measured = Object.fromEntries(sides.map(side => [side, [] as T[]])) as Record<Side, T[]>;
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const order = repetition % 2 === 0 ? sides : [...sides].reverse();
    for (const side of order) measured[side].push(await measure(side, repetition));
  }
  return measured;
}
