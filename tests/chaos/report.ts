import { cpus } from "node:os";
import type { Markers } from "../../scripts/document";
import { mishaps } from "./mishaps";
import type { Played } from "./play";

/** Where the tables stand in docs/reliability.md. */
export const markers: Markers = {
  begin: "<!-- chaos: written by `npm run chaos -- --write FILE` -->",
  end: "<!-- /chaos -->",
};

/** A table for each adapter and course, a line for the pairs, and the sum. */
export function report(played: readonly Played[], seconds: number): string {
  const single = played.filter(({ cell }) => cell.second === undefined);
  const names = [...new Set(single.map(nameOf))].sort();
  const tables = names.map(name => `${name}:\n\n${table(single.filter(one => nameOf(one) === name))}`);
  const paired = played.filter(({ cell }) => cell.second !== undefined);
  return [
    ...tables,
    ...(paired.length > 0 ? [lineOfPairs(paired)] : []),
    `${convergedOf(played)} cells converged, in ${seconds} s on ${cpus().length} cores with Node ${process.versions.node}.`,
  ].join("\n\n");
}

/** How many cells there are of each sort. */
export function counts(cells: readonly Pick<Played, "adapter" | "cell">[]): string {
  const sorts = new Map<string, number>();
  for (const one of cells) {
    const sort = `${nameOf(one)}${one.cell.second === undefined ? "" : ", two mishaps"}`;
    sorts.set(sort, (sorts.get(sort) ?? 0) + 1);
  }
  return [...[...sorts].map(([sort, count]) => `${sort}: ${count}`), `together: ${cells.length}`].join("; ");
}

function nameOf({ adapter, cell }: Pick<Played, "adapter" | "cell">): string {
  return `${adapter}, ${cell.course}`;
}

function convergedOf(played: readonly Played[]): string {
  return `${played.filter(({ problems }) => problems.length === 0).length} of ${played.length}`;
}

/** A row for each call, or for calls among which the mishaps take turns; a column for each mishap. */
function table(played: readonly Played[]): string {
  const columns = mishaps
    .map(({ name }) => name)
    .filter(name => played.some(({ cell }) => cell.mishap.name === name));
  const rows = new Map<string, Played[]>();
  for (const one of [...played].sort((a, b) => Number(a.cell.row[0]) - Number(b.cell.row[0]))) {
    const row = `${one.cell.row.join(", ")} \`${one.cell.target.kind}\``;
    rows.set(row, [...(rows.get(row) ?? []), one]);
  }
  const lines = [...rows].map(([row, ofRow]) => {
    const marks = columns.map(column => {
      const one = ofRow.find(({ cell }) => cell.mishap.name === column);
      return one === undefined ? "–" : one.problems.length === 0 ? "ok" : "MISS";
    });
    return `| ${row} | ${marks.join(" | ")} |`;
  });
  return [`| call | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---").join("|")}|`, ...lines].join(
    "\n",
  );
}

function lineOfPairs(played: readonly Played[]): string {
  const inSame = played.filter(({ secondIn }) => secondIn === 1).length;
  const inNext = played.filter(({ secondIn }) => secondIn !== undefined && secondIn > 1).length;
  const struck = `the second one struck in the same run in ${inSame} cells, in the run after it in ${inNext}, and the call for it never came in ${played.length - inSame - inNext}`;
  return `Two mishaps: ${convergedOf(played)} converged (${struck}).`;
}
