/** What the record of a rotation says of its cutover. */
import type { ApiCall, TraceEntry } from "../emulator";
import { callsOf } from "./emulator";

/** Milliseconds, one after the other; what `whole` has above their sum is the last redeploy. */
export interface CutoverPhases {
  variables: number;
  disabling: number;
  asking: number;
  whole: number;
}

/** From the first change of a variable until no deployment has the old certificate any more, in milliseconds. */
export function cutoverMs(trace: readonly TraceEntry[], oldName: string): number {
  const last = trace
    .filter(entry => entry.type === "event" && entry.kind === "build.served")
    .filter(entry => entry.type === "event" && !entry.certificates.includes(oldName))
    .at(-1);
  if (last === undefined) throw noRotation();
  return last.at - timesOf(trace, "variable.update").first;
}

export function cutoverPhases(trace: readonly TraceEntry[], oldName: string): CutoverPhases {
  const variables = timesOf(trace, "variable.update");
  const redeploys = timesOf(trace, "deployment.deploy");
  return {
    variables: variables.last - variables.first,
    disabling: redeploys.first - variables.last,
    asking: redeploys.last - redeploys.first,
    whole: cutoverMs(trace, oldName),
  };
}

function timesOf(trace: readonly TraceEntry[], kind: ApiCall["kind"]): { first: number; last: number } {
  const calls = callsOf(trace, kind);
  const [first] = calls;
  const last = calls.at(-1);
  if (first === undefined || last === undefined) throw noRotation();
  return { first: first.at, last: last.at };
}

function noRotation(): Error {
  return new Error("the trace holds no rotation");
}
