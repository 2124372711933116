import type { ApiCall } from "../../emulator";
import type { Cell } from "./cell";
import { mishaps } from "./mishaps";

/** Every call of the rotation with every mishap that fits it. */
export function matrix(calls: readonly ApiCall[]): Cell[] {
  return calls.flatMap((call, number) => {
    const ofKind = calls.slice(0, number).filter(({ kind }) => kind === call.kind).length;
    return mishaps
      .filter(mishap => mishap.fits(call))
      .map(mishap => ({ call: number, kind: call.kind, ofKind, mishap }));
  });
}
