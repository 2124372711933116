import type { Timeline } from "../../cli/report/timeline";
import type { Demonstration, Environment } from "./record";
import { heldSpans, servingSpans } from "./spans";
import { stepOf } from "./steps";
import { grouped } from "./summary";

/** What the chart of a demonstration is drawn from. */
export function timelineOf(demonstration: Demonstration): Timeline {
  const { phases, environments, certificates, trace, variable } = demonstration;
  const zero = phases.find(({ name }) => name === "rotation")?.from ?? 0;
  const starts = environments.flatMap(({ intervals }) => intervals.slice(0, 1).map(({ at }) => at));
  const from = Math.min(zero, ...starts, ...phases.map(phase => phase.from));
  const to = Math.max(zero, ...phases.map(phase => phase.to));
  return {
    zero,
    bands: phases.map(({ name, title, from, to }) => ({ title, from, to, isMain: name === "rotation" })),
    lanes: environments.map(environment => ({
      key: environment.branch,
      branch: environment.branch,
      environmentType: environment.environmentType,
      spans: servingSpans(environment, variable, to),
      requests: environment.intervals,
      summary: summaryOf(environment),
      isFailed: failedIn(environment) > 0,
    })),
    held: heldSpans(demonstration, from, to),
    old: new Set(certificates.map(({ name }) => name)),
    steps: trace.map(entry => stepOf(entry, environments)),
  };
}

function summaryOf(environment: Environment): string {
  const failed = failedIn(environment);
  const all = environment.intervals.reduce((sum, count) => sum + count.ok + count.failed, 0);
  return `${grouped(all)} requests, ${failed === 0 ? "none" : grouped(failed)} failed`;
}

function failedIn({ intervals }: Environment): number {
  return intervals.reduce((sum, count) => sum + count.failed, 0);
}
