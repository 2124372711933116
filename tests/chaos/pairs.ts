import type { Cell, Course, Mishap, Target } from "./cell";
import { mishaps } from "./mishaps";
import { randomFrom, shuffled } from "./random";

/** A mishap at a call of some kind. */
interface Meeting {
  kind: Target["kind"];
  mishap: Mishap;
}

/**
 * So many cells of two mishaps. Each mishap meets each kind of call: what one seed does not reach, the next ones do,
 * since they go on through the same list.
 */
export function pairs(course: Course, targets: readonly Target[], count: number, seed: number): Cell[] {
  const all = shuffled(meetingsOf(targets), randomFrom(1));
  const random = randomFrom(seed);
  return Array.from({ length: all.length === 0 ? 0 : count }, (_, index) => {
    const at = 2 * (seed * count + index);
    const [one, other] = [all[at % all.length], all[(at + 1) % all.length]] as [Meeting, Meeting];
    return pair(course, targets, one, other, random);
  });
}

export function meetingsOf(targets: readonly Target[]): Meeting[] {
  const firsts = targets.filter(({ ofKind }) => ofKind === 0);
  return firsts.flatMap(target =>
    mishaps.filter(mishap => mishap.fits(target)).map(mishap => ({ kind: target.kind, mishap })),
  );
}

/** Whichever of the two can leave the other one a call to come is the first; of a kill, that is the run after it. */
function pair(
  course: Course,
  targets: readonly Target[],
  one: Meeting,
  other: Meeting,
  random: () => number,
): Cell {
  const orders: [Meeting, Meeting][] = endsRun(one)
    ? [
        [other, one],
        [one, other],
      ]
    : [
        [one, other],
        [other, one],
      ];
  for (const [first, second] of orders) {
    const last = targets.findLast(({ kind }) => kind === second.kind);
    const before = targets.filter(({ kind, call }) => kind === first.kind && call < (last?.call ?? 0));
    const target = before[Math.floor(random() * before.length)];
    if (target !== undefined) return { course, target, mishap: first.mishap, row: [target.call], second };
  }
  // The only call of its kind, twice: the second mishap meets the retry, or the next run.
  const target = targets.find(({ kind }) => kind === one.kind) as Target;
  return { course, target, mishap: one.mishap, row: [target.call], second: other };
}

function endsRun({ mishap }: Meeting): boolean {
  return mishap.kills !== undefined || mishap.name === "Ctrl-C";
}
