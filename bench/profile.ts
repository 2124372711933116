/** What a CPU profile says: where a process spent its time, by package. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  /** Ids of nodes, one for each sample. */
  samples: number[];
  /** Microseconds, one for each sample. */
  timeDeltas: number[];
}

export type Part = readonly [name: string, ms: number];

/** Milliseconds that were spent in each part, the largest first; idle time is left out. */
export function partsOf(profile: CpuProfile): Part[] {
  const parts = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const spent = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const part = parts.get(id) ?? "";
    if (part === "(idle)") continue;
    spent.set(part, (spent.get(part) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  }
  return [...spent].sort(([, one], [, other]) => other - one);
}

/** The profile that a process wrote into a folder of its own. */
export function readProfile(folder: string): CpuProfile {
  const [name] = readdirSync(folder).filter(file => file.endsWith(".cpuprofile"));
  if (name === undefined) throw new Error("the process wrote no profile");
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as CpuProfile;
}

function partOf({ functionName, url }: { functionName: string; url: string }): string {
  const [, dependency] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  if (url.startsWith("node:")) return /crypto/.test(url) ? "node:crypto" : "node (http, http2, streams, …)";
  if (url !== "") return "this provider";
  // Such as (garbage collector); what is native has a name without parentheses.
  return functionName.startsWith("(") ? functionName : "node (http, http2, streams, …)";
}
