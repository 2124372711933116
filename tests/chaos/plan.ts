import { adapterNames } from "./adapters";
import type { Cell, Course } from "./cell";
import { matrix } from "./matrix";
import { pairs } from "./pairs";
import type { Scene } from "./scene";

export const parts = ["rotation", "group", "destroy", "pairs"] as const;
export type Part = (typeof parts)[number];

/** How many pairs the whole matrix has for each adapter. */
const pairsOf = { rotation: 46, "rotation of a group": 0, destroy: 14, "destroy of parts": 0 };
const partOf = {
  rotation: "rotation",
  "rotation of a group": "group",
  destroy: "destroy",
  "destroy of parts": "destroy",
} as const;

/** Whether cells of a course belong to one of these parts. */
export function hasCells(course: Course, wanted: readonly Part[]): boolean {
  return wanted.includes(partOf[course]) || (wanted.includes("pairs") && pairsOf[course] > 0);
}

/** The cells of a scene that belong to these parts. Another seed chooses other pairs. */
export function plan(scene: Scene, wanted: readonly Part[], seed: number): Cell[] {
  const { adapter, course, targets } = scene;
  // What one adapter does not meet, the other one does.
  const seedOfAdapter = adapterNames.length * seed + adapterNames.indexOf(adapter);
  return [
    ...(wanted.includes(partOf[course]) ? matrix(course, targets) : []),
    ...(wanted.includes("pairs") ? pairs(course, targets, pairsOf[course], seedOfAdapter) : []),
  ];
}
