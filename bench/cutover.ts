/** What the record of a rotation says of its cutover. */
import type { TraceEntry } from "../emulator";
import { callsOf } from "./emulator";

/** From the first change of a variable until no deployment has the old certificate any more, in milliseconds. */
export function cutoverMs(trace: readonly TraceEntry[], oldName: string): number {
  const [first] = callsOf(trace, "variable.update");
  const last = trace
    .filter(entry => entry.type === "event" && entry.kind === "build.served")
    .filter(entry => entry.type === "event" && !entry.certificates.includes(oldName))
    .at(-1);
  if (first === undefined || last === undefined) throw new Error("the trace holds no rotation");
  return last.at - first.at;
}
