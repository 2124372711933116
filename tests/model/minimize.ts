import type { Sequence } from "./play";
import { branchesOf } from "./program/spec";

/** Whether a smaller sequence still shows the same. */
export type Shows = (sequence: Sequence) => Promise<boolean>;

type Json = null | boolean | number | string | undefined | Json[] | { [key: string]: Json };

/**
 * The sequence without whatever is not needed to show the same: steps, stacks, components, branches, mishaps are left
 * out one by one, what is left is made as plain as it can be. At most `tries` sequences are played.
 */
export async function minimize(sequence: Sequence, shows: Shows, tries = 600): Promise<Sequence> {
  let smallest = sequence;
  let left = tries;
  for (let isSmaller = true; isSmaller && left > 0; ) {
    isSmaller = false;
    for (const smaller of reductions(smallest as unknown as Json)) {
      if (left-- <= 0) break;
      const candidate = smaller as unknown as Sequence;
      if (!isPlayable(candidate) || !(await shows(candidate))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function isPlayable({ world, steps }: Sequence): boolean {
  return (
    Array.isArray(steps) &&
    world.branches.length > 0 &&
    world.stacks.length > 0 &&
    world.stacks.every(({ components }) =>
      components.every(
        component =>
          branchesOf(component).every(branch => world.branches.includes(branch)) &&
          (component.kind === "binding"
            ? component.stages.length > 0 && component.stages.every(stage => stage.length > 0)
            : component.certificates.length > 0 &&
              component.branches.length > 0 &&
              component.branches.every(({ certificate }) => certificate < component.certificates.length)),
      ),
    )
  );
}

/** Each of them differs in one place: an item is missing, or a value is plainer. The largest come first. */
function* reductions(value: Json, key = ""): Generator<Json> {
  if (Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index -= 1)
      yield value.filter((_, other) => other !== index);
    for (const [index, item] of value.entries()) {
      for (const smaller of reductions(item))
        yield value.map((each, other) => (other === index ? smaller : each));
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      for (const smaller of reductions(item, name)) yield { ...value, [name]: smaller };
    }
  } else if (value === true) {
    yield false;
  } else if (typeof value === "number" && value > 0 && key !== "seed" && !steady.has(key)) {
    yield 0;
    if (value > 1) yield value - 1;
  } else if (typeof value === "string") {
    const plainer = plainest[key];
    if (plainer !== undefined && value !== plainer) yield plainer;
  }
}

/** Numbers that say what, and not how much or which one. */
const steady = new Set(["status", "reading", "projects", "deployMs", "patience", "later"]);
/** What is tried in place of a word. */
const plainest: Record<string, string> = {
  again: "no",
  moment: "before",
  reads: "end",
  verify: "none",
  reading: "open",
};
