import type { ApiCall } from "../../emulator";
import type { Cell, Course, Mishap, Target } from "./cell";
import { isWrite, mishaps, mishapsOfDestroy, mishapsOfTheRun } from "./mishaps";

export function targetsOf(calls: readonly Pick<ApiCall, "kind" | "method">[]): Target[] {
  return calls.map(({ kind, method }, call) => ({
    call,
    kind,
    method,
    ofKind: calls.slice(0, call).filter(before => before.kind === kind).length,
  }));
}

/** The cells of one mishap. Those of a rotation are all that there are. */
export function matrix(course: Course, targets: readonly Target[]): Cell[] {
  switch (course) {
    case "rotation":
    case "rotation of a group":
      return cells(course, betweenWrites(targets), mishaps);
    case "destroy":
      return cells(course, ofEachKind(targets), mishapsOfDestroy);
    case "destroy of parts":
      return cells(course, ofEachKind(targets), mishapsOfTheRun);
  }
}

/** The mishaps that fit take turns among the targets of a group. */
function cells(course: Course, groups: readonly Target[][], those: readonly Mishap[]): Cell[] {
  return groups.flatMap(group => {
    const fitting = those.filter(mishap => group.some(target => mishap.fits(target)));
    return fitting.map((mishap, turn) => {
      const target = group[turn % group.length] as Target;
      return { course, target, mishap, row: group.map(({ call }) => call) };
    });
  });
}

/** Each write by itself; reads of one kind between the same two writes are one, since nothing tells them apart. */
function betweenWrites(targets: readonly Target[]): Target[][] {
  return grouped(targets, target => {
    if (isWrite(target)) return `${target.call}`;
    return `${targets.filter(other => isWrite(other) && other.call < target.call).length} ${target.kind}`;
  });
}

function ofEachKind(targets: readonly Target[]): Target[][] {
  return grouped(targets, ({ kind }) => kind);
}

function grouped(targets: readonly Target[], keyOf: (target: Target) => string): Target[][] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) groups.set(keyOf(target), [...(groups.get(keyOf(target)) ?? []), target]);
  return [...groups.values()];
}
