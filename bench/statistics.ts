/** Figures of repeated measurements: the median stands for them, and the extremes show how far it can be trusted. */

export interface Summary {
  median: number;
  min: number;
  max: number;
  /** How many measurements. */
  count: number;
}

/** Throws on an empty list: there is no median of nothing. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new Error("nothing was measured");
  return { median: median(sorted), min, max, count: sorted.length };
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One ratio for each repetition: what drifts between repetitions hits both sides of it. */
export function ratios(ours: readonly number[], theirs: readonly number[]): Summary {
  if (ours.length !== theirs.length) throw new Error("both sides have to be measured equally often");
  return summarise(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
}

/** The exponent with which a cost grows between two sizes: 1 is linear. */
export function exponent(
  small: { size: number; cost: number },
  large: { size: number; cost: number },
): number {
  return Math.log(large.cost / small.cost) / Math.log(large.size / small.size);
}

/** The value below which the share `q` of all values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
