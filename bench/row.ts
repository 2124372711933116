/** One line of the result: what was measured, against what, and whether that is what was aimed at. */
import type { Summary } from "./statistics";

export type Unit = "ms" | "MB" | "calls" | "requests" | "×" | "";

export interface Target {
  kind: "at most" | "at least" | "equal";
  value: number;
}

export interface Row {
  /** What is done, with its size: `create, N = 1,000, native`. */
  what: string;
  /** What it is compared with. */
  against: string;
  unit: Unit;
  ours: Summary;
  /** In the same unit. */
  theirs?: Summary;
  /** What the target speaks of. */
  result: Summary;
  resultUnit: Unit;
  /** Without one, the row shows and is not judged. */
  target?: Target;
  /** What the picture says of it, which shows only the rows that have one. */
  headline?: string;
}

export type Verdict = "met" | "MISSED" | "shown";

/** The median is what counts; a count has to be right every time. */
export function verdictOf({ result, target }: Row): Verdict {
  if (target === undefined) return "shown";
  const { kind, value } = target;
  if (kind === "at most") return result.median <= value ? "met" : "MISSED";
  if (kind === "at least") return result.median >= value ? "met" : "MISSED";
  return result.min === value && result.max === value ? "met" : "MISSED";
}
