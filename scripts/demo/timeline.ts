/** The steps of a rotation while they happen: a line for each, and below them, on a terminal, how the load fares. */
import type { Step, StepKind } from "../../cli/report/timeline";
import type { Emulator } from "../../emulator";
import type { LiveCount, LiveCounts } from "./liveCounts";
import { type Color, paint, type Screen } from "./screen";
import { stepOf } from "./steps";
import { grouped } from "./summary";

export interface TimelineOptions {
  emulator: Emulator;
  branches: readonly string[];
  variable: string;
  counts: LiveCounts;
  /** Milliseconds since the epoch: what the times count from. */
  from: number;
  out: Screen;
}

const TICK_MS = 100;

const colors: Record<StepKind, Color> = {
  upload: "cyan",
  variable: "blue",
  disable: "yellow",
  enable: "yellow",
  verified: "green",
  unverified: "red",
  redeploy: "magenta",
  served: "green",
  failed: "red",
  delete: "dim",
  read: "dim",
};

/** @returns a function that ends it. */
export function showTimeline(options: TimelineOptions): () => void {
  const { emulator, out } = options;
  let next = 0;
  let footer = 0;

  const clearFooter = () => {
    if (footer > 0) out.write(`\x1b[${footer}A\x1b[0J`);
    footer = 0;
  };
  const tick = () => {
    const lines: string[] = [];
    for (; next < emulator.trace.length; next += 1) {
      const entry = emulator.trace[next];
      // Steps are told in order: one without an answer holds up those behind it.
      if (!entry || (entry.type === "call" && entry.status === 0)) break;
      const step = stepOf(
        entry,
        emulator.deployments().map(({ name, branch }) => ({ deployment: name, branch })),
      );
      if (step.kind !== "read") lines.push(stepLine(step, options));
    }
    if (lines.length === 0 && !out.isTerminal) return;
    clearFooter();
    out.write(lines.join(""));
    if (!out.isTerminal) return;
    const rows = options.branches.map(branch => environmentLine(branch, options));
    out.write(`\n${rows.join("")}`);
    footer = rows.length + 1;
  };

  out.write(paint(out, "dim", columns(out, "time", "step", "where", "serving", "load so far", "")));
  const timer = setInterval(tick, TICK_MS);
  return () => {
    clearInterval(timer);
    tick();
    clearFooter();
  };
}

function stepLine(step: Step, options: TimelineOptions): string {
  const { counts, emulator, from, out } = options;
  const seconds = ((step.at - from) / 1000).toFixed(2);
  const isProject = step.branch === "";
  const count = isProject ? counts.total() : counts.of(emulator.deployment(step.branch).url);
  const serving = isProject ? "" : servedBy(step.branch, options);
  const where = isProject ? "project" : step.branch;
  const line = columns(out, `${seconds} s`, step.kind, where, serving, countText(count), step.text);
  return line.replace(step.kind, paint(out, colors[step.kind], step.kind));
}

function environmentLine(branch: string, options: TimelineOptions): string {
  const { emulator, counts, from, out } = options;
  const { state, url, environmentType } = emulator.deployment(branch);
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  const building = state === "DEPLOYING" ? "building" : "";
  const count = counts.of(url);
  const line = columns(
    out,
    `${seconds} s`,
    building,
    branch,
    servedBy(branch, options),
    countText(count),
    environmentType,
  );
  return paint(out, count.failed > 0 ? "red" : "bold", line);
}

function servedBy(branch: string, { emulator, variable }: TimelineOptions): string {
  return emulator.served(branch).at(-1)?.certificates[variable] ?? "none";
}

function countText({ ok, failed }: LiveCount): string {
  return `${grouped(ok)} ok, ${grouped(failed)} failed`;
}

function columns(out: Screen, ...cells: [string, string, string, string, string, string]): string {
  const widths = [-8, 8, 8, 25, 20, 0];
  const row = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  });
  const line = row.join("  ").trimEnd();
  // A line that wraps would not be drawn over in full.
  return `${out.isTerminal ? line.slice(0, out.width - 1) : line}\n`;
}
