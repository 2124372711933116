import type { Declared } from "../program/declare";
import type { Entry } from "./state";

/**
 * What is deleted together, one group after the other, as Pulumi schedules it: a resource is in the group of its depth
 * below what is deleted too, and the deepest group comes first. So certificates go together, and last.
 */
export function deleteGroups(entries: readonly Entry[], declared: readonly Declared[]): Entry[][] {
  const groups: Entry[][] = [];
  const left = new Set(entries);
  for (let depth = 0; left.size > 0; depth += 1) {
    const group = [...left].filter(entry => {
      // The component is one more that it depends on.
      const isBelow = depth === 0 && isOfRemovedComponent(entry, declared);
      return !isBelow && ![...left].some(other => other !== entry && entry.dependencies.includes(other.urn));
    });
    if (group.length === 0 && depth > 0) throw new Error("the state depends on itself");
    for (const entry of group) left.delete(entry);
    if (group.length > 0) groups.unshift(group);
  }
  return groups;
}

/** A component goes when the program no longer has it: its certificate tells. */
function isOfRemovedComponent({ name, parents }: Entry, declared: readonly Declared[]): boolean {
  if (parents === "") return false;
  return !declared.some(
    other =>
      other.type === "MtlsCertificate" &&
      other.parents === parents &&
      (name === other.name || name.startsWith(`${other.name}-`)),
  );
}
