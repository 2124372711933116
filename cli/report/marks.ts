/** The signs for the steps of a rotation: a shape and a colour for each kind. */
import { tag, tooltip } from "./markup";
import type { StepKind } from "./timeline";

export type MarkKind = Exclude<StepKind, "read">;

/** Half the size of a sign. */
const R = 6;

/** Around 0,0. */
const shapes: Record<MarkKind, string> = {
  upload: `M0 ${-R}L${R} ${R * 0.8}H${-R}Z`,
  variable: `M0 ${-R}A${R} ${R} 0 1 1 0 ${R}A${R} ${R} 0 1 1 0 ${-R}Z`,
  disable: `M0 ${-R - 0.5}L${R + 0.5} 0L0 ${R + 0.5}L${-R - 0.5} 0Z`,
  enable: `M0 ${-R - 0.5}L${R + 0.5} 0L0 ${R + 0.5}L${-R - 0.5} 0ZM0 ${-R + 3}L${-R + 3} 0L0 ${R - 3}L${R - 3} 0Z`,
  redeploy: `M${-R * 0.8} ${-R}L${R} 0L${-R * 0.8} ${R}Z`,
  served: `M${-R + 0.5} ${-R + 0.5}H${R - 0.5}V${R - 0.5}H${-R + 0.5}Z`,
  failed: `M-2 ${-R}H2V-2H${R}V2H2V${R}H-2V2H${-R}V-2H-2Z`,
  verified: `M-6 0.5L-4.3 -1.3L-1.8 1.2L4.4 -5L6 -3.3L-1.8 4.6Z`,
  unverified: `M-1.5 ${-R}H1.5V2H-1.5ZM-1.5 3.5H1.5V${R}H-1.5Z`,
  delete: `M-4.5 -6L0 -1.5L4.5 -6L6 -4.5L1.5 0L6 4.5L4.5 6L0 1.5L-4.5 6L-6 4.5L-1.5 0L-6 -4.5Z`,
};

export const markTitles: Record<MarkKind, string> = {
  upload: "certificate uploaded",
  variable: "variable set",
  disable: "certificate disabled for an environment type",
  enable: "certificate enabled again",
  redeploy: "redeploy requested",
  served: "new build answers",
  failed: "build failed",
  verified: "verified",
  unverified: "verification failed",
  delete: "certificate deleted",
};

/** The kinds of the steps that have a sign, in the order of a legend. */
export function kindsOf(steps: readonly { kind: StepKind }[]): MarkKind[] {
  const present = new Set(steps.map(({ kind }) => kind));
  return (Object.keys(markTitles) as MarkKind[]).filter(kind => present.has(kind));
}

export function sign(kind: MarkKind, x: number, y: number, title?: string): string {
  const children = title === undefined ? [] : [tooltip(title)];
  return tag(
    "path",
    { class: `mark ${kind}`, d: shapes[kind], transform: `translate(${x.toFixed(1)} ${y})` },
    ...children,
  );
}

/** Moves what would overlap apart, in order, as little as needed to the right. */
export function spread(positions: readonly number[], gap: number): number[] {
  const moved: number[] = [];
  for (const position of positions) moved.push(Math.max(position, (moved.at(-1) ?? -Infinity) + gap));
  return moved;
}
