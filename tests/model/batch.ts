import fc from "fast-check";
import { groupSequence, sequence } from "./arbitrary";
import { minimize } from "./minimize";
import { play, type Sequence } from "./play";
import type { Violation } from "./rules/judge";
import type { Table } from "./world";

/** So many sequences come from one seed of fast-check: what can be done again by itself. */
export const batchSize = 50;

export interface Found {
  /** Number of the sequence, from 0. */
  run: number;
  violations: readonly Violation[];
  sequence: Sequence;
}

/** Every tenth sequence begins with bindings that rotate together. */
const groupEvery = 10;

/** The sequences of a batch: the same for the same seed and number, in every process. */
export function batchOf(seed: number, batch: number): Sequence[] {
  const own = (Math.imul(seed, 1_000_003) + batch) | 0;
  const sequences = fc.sample(sequence, { seed: own, numRuns: batchSize });
  const groups = fc.sample(groupSequence, { seed: own, numRuns: batchSize / groupEvery });
  return sequences.map((one, index) =>
    index % groupEvery === groupEvery - 1 ? (groups[Math.floor(index / groupEvery)] ?? one) : one,
  );
}

export function sequenceOf(seed: number, run: number): Sequence | undefined {
  return batchOf(seed, Math.floor(run / batchSize))[run % batchSize];
}

/** Plays the first `count` sequences of a batch. */
export async function playBatch(
  table: Table,
  seed: number,
  batch: number,
  count: number,
  ignored?: RegExp,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const [index, sequence] of batchOf(seed, batch).slice(0, count).entries()) {
    const violations = await violationsOf(table, sequence, ignored);
    if (violations.length > 0) found.push({ run: batch * batchSize + index, violations, sequence });
  }
  return found;
}

/** The shortest way that was found to the first violation of a sequence. */
export async function shortest(
  table: Table,
  { sequence, violations }: Found,
  ignored?: RegExp,
): Promise<Sequence> {
  const kind = violations[0]?.kind;
  return minimize(sequence, async candidate => {
    const [first] = await violationsOf(table, candidate, ignored);
    return first?.kind === kind;
  });
}

/** What is wrong with the model or the core itself is a violation too. */
export async function violationsOf(
  table: Table,
  sequence: Sequence,
  ignored?: RegExp,
): Promise<readonly Violation[]> {
  try {
    return (await play(table, sequence, ignored)).violations;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ rule: "stuck", kind: `stuck: ${text.split("\n", 1)[0]}`, text }];
  }
}
