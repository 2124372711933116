import { adapterNames } from "./adapters";
import type { Cell } from "./cell";
import { matrix } from "./matrix";
import { pairs } from "./pairs";
import type { Scene } from "./scene";

export const parts = ["rotation", "destroy", "pairs"] as const;
export type Part = (typeof parts)[number];

/** How many pairs the whole matrix has for each adapter. */
const pairsOf = { rotation: 46, destroy: 14, "destroy of parts": 0 };

/** The cells of a scene that belong to these parts. Another seed chooses other pairs. */
export function plan(scene: Scene, wanted: readonly Part[], seed: number): Cell[] {
  const { adapter, course, targets } = scene;
  const own: Part = course === "rotation" ? "rotation" : "destroy";
  // What one adapter does not meet, the other one does.
  const seedOfAdapter = adapterNames.length * seed + adapterNames.indexOf(adapter);
  return [
    ...(wanted.includes(own) ? matrix(course, targets) : []),
    ...(wanted.includes("pairs") ? pairs(course, targets, pairsOf[course], seedOfAdapter) : []),
  ];
}
