import { isDeepStrictEqual } from "node:util";
import { batchOf, batchSize } from "../batch";
import type { Sequence } from "../play";
import type { Table } from "../world";
import { calmed } from "./calm";
import type { Outcome } from "./script";
import { type Played, playStandIn } from "./standIn";

/** A sequence for the real engine, and what came of it with the model's own. */
export interface Chosen extends Played {
  /** Number of the sequence it comes from, from 0. */
  number: number;
  sequence: Sequence;
  topics: Set<string>;
}

type Run = NonNullable<Outcome["run"]>;

/** So many sequences of the seed are looked at. */
const candidates = 100;
/** Of one run of the model, in seconds: what takes longer waits for something, and the real engine would too. */
const longestRun = 8;
/** How long builds and calls may take, in milliseconds, and how much the engine may do at a time. */
const paces = [
  { deployMs: 20, latencyMs: 5, places: undefined },
  { deployMs: 900, latencyMs: 40, places: 4 },
  { deployMs: 20, latencyMs: 300, places: 2 },
];
/** How often each topic is wanted. */
const wanted = 2;

/**
 * The sequences of a seed that show the most for the time they take, of those where neither time nor how much the engine
 * does at a time makes a difference.
 */
export async function choose(table: Table, seed: number, count: number): Promise<Chosen[]> {
  const left = await candidatesOf(table, seed);
  const chosen: Chosen[] = [];
  const shown = new Map<string, number>();
  const gainOf = ({ topics, outcomes }: Chosen) =>
    [...topics].filter(topic => (shown.get(topic) ?? 0) < wanted).length / runsOf(outcomes).length;
  while (chosen.length < count && left.length > 0) {
    const best = left.reduce((best, each) => (gainOf(each) > gainOf(best) ? each : best));
    left.splice(left.indexOf(best), 1);
    if (!(await isTimeless(table, best))) continue;
    chosen.push(best);
    for (const topic of best.topics) shown.set(topic, (shown.get(topic) ?? 0) + 1);
  }
  return chosen;
}

async function candidatesOf(table: Table, seed: number): Promise<Chosen[]> {
  const found: Chosen[] = [];
  for (let batch = 0; batch * batchSize < candidates; batch += 1) {
    for (const [index, raw] of batchOf(seed, batch).entries()) {
      const sequence = calmed(raw);
      const played = await playStandIn(table, sequence);
      if (played.longest > longestRun || isRace(played)) continue;
      const topics = topicsOf(sequence, played);
      found.push({ ...played, number: batch * batchSize + index, sequence, topics });
    }
  }
  return found;
}

/** What comes first is the engine's to choose. */
function isRace({ outcomes }: Played): boolean {
  return runsOf(outcomes).some(run => isRaceForAVariable(run) || isRaceAfterAGroup(run));
}

/** Two resources set one variable. */
function isRaceForAVariable({ ended: { codes }, writes }: Run): boolean {
  return ["ZUPLO1101", "ZUPLO1301"].some(code => codes.includes(code)) && Object.keys(writes).length > 0;
}

/**
 * Those that share a redeploy end at one moment. If one of them has failed, the engine begins nothing that it has not
 * begun: whether it had already begun what waited for another of them is chance.
 */
function isRaceAfterAGroup({ ended: { codes }, writes }: Run): boolean {
  const branches = Object.keys(writes)
    .filter(resource => resource.startsWith("variable "))
    .map(resource => resource.slice(0, resource.lastIndexOf("/")));
  return codes.includes("ZUPLO1402") && new Set(branches).size < branches.length;
}

/** Whether the same comes of it where calls and builds take another time, and the engine does more or less at a time. */
async function isTimeless(table: Table, { sequence, outcomes }: Chosen): Promise<boolean> {
  for (const [index, { latencyMs, ...pace }] of paces.entries()) {
    const world = { ...sequence.world, ...pace };
    const other = { ...sequence, world, seed: sequence.seed + index + 1 };
    const played = await playStandIn(table, other, latencyMs);
    if (!isDeepStrictEqual(comparable(played.outcomes), comparable(outcomes))) return false;
  }
  return true;
}

function comparable(outcomes: readonly Outcome[]) {
  return runsOf(outcomes).map(({ ended: { succeeded, codes }, ...rest }) => ({ succeeded, codes, ...rest }));
}

export function runsOf(outcomes: readonly Outcome[]) {
  return outcomes.flatMap(({ run }) => run ?? []);
}

/** What a sequence shows: edits and other people's doings that a run has dealt with, and the kinds of runs. */
function topicsOf({ world }: Sequence, { outcomes }: Played): Set<string> {
  const topics = new Set<string>();
  const before = new Set<string>();
  for (const { happening, said, run } of outcomes) {
    if (said === undefined) continue;
    if (happening.do === "edit") before.add(happening.edit.edit);
    if (happening.do === "outside") before.add(happening.outside.act);
    if (happening.do !== "run" || run === undefined) continue;
    const hasWritten = Object.keys(run.writes).length > 0;
    if (run.ended.succeeded && hasWritten) {
      for (const topic of before) topics.add(topic);
      topics.add(happening.settings.refresh === true ? "up --refresh" : happening.operation);
      before.clear();
    } else if (hasWritten) topics.add("a failure after writes");
  }
  if (!outcomes.some(({ run }) => run?.ended.succeeded)) return topics;
  for (const { components } of world.stacks) for (const { kind } of components) topics.add(kind);
  if (world.stacks.length > 1) topics.add("two stacks");
  if (world.projects > 1) topics.add("two projects");
  return topics;
}
