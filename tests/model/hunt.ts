import { batchOf, batchSize, type Found, violationsOf } from "./batch";
import type { Switch } from "./switches";
import type { Table } from "./world";

/** Plays a sequence without a protection. @returns what was found that is not found with it. */
export async function missed(
  table: Table,
  { turnOff }: Switch,
  sequence: Found["sequence"],
  ignored?: RegExp,
): Promise<Found["violations"]> {
  const turnOn = turnOff();
  let violations: Found["violations"];
  try {
    violations = await violationsOf(table, sequence, ignored);
  } finally {
    turnOn();
  }
  if (violations.length === 0) return [];
  return (await violationsOf(table, sequence, ignored)).length > 0 ? [] : violations;
}

/** The first sequence in which a protection is missed, of so many that come from a seed. */
export async function hunt(
  table: Table,
  off: Switch,
  { seed, runs, ignored }: { seed: number; runs: number; ignored?: RegExp | undefined },
): Promise<Found | undefined> {
  for (let batch = 0; batch * batchSize < runs; batch += 1) {
    for (const [index, sequence] of batchOf(seed, batch).entries()) {
      const run = batch * batchSize + index;
      if (run >= runs) return undefined;
      const violations = await missed(table, off, sequence, ignored);
      if (violations.length > 0) return { run, violations, sequence };
    }
  }
  return undefined;
}
