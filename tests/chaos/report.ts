import { cpus } from "node:os";
import type { Markers } from "../../scripts/document";
import type { Played } from "./play";

/** Where the tables stand in docs/reliability.md. */
export const markers: Markers = {
  begin: "<!-- chaos: written by `npm run chaos -- --write FILE` -->",
  end: "<!-- /chaos -->",
};

/** A table for each adapter, and the sum. */
export function report(played: readonly Played[], seconds: number): string {
  const adapters = [...new Set(played.map(({ adapter }) => adapter))].sort();
  const tables = adapters.map(adapter => {
    const ofAdapter = played.filter(one => one.adapter === adapter);
    return `${adapter}:\n\n${table(ofAdapter)}`;
  });
  const missed = played.filter(({ problems }) => problems.length > 0).length;
  const converged = `${played.length - missed} of ${played.length} cells converged`;
  return [
    ...tables,
    `${converged}, in ${seconds} s on ${cpus().length} cores with Node ${process.versions.node}.`,
  ].join("\n\n");
}

/** A row for each call, a column for each mishap. */
function table(played: readonly Played[]): string {
  const columns = [...new Set(played.map(({ cell }) => cell.mishap.name))];
  const calls = [...new Set(played.map(({ cell }) => cell.call))].sort((one, other) => one - other);
  const rows = calls.map(call => {
    const ofCall = played.filter(({ cell }) => cell.call === call);
    const marks = columns.map(column => {
      const one = ofCall.find(({ cell }) => cell.mishap.name === column);
      return one === undefined ? "–" : one.problems.length === 0 ? "ok" : "MISS";
    });
    return `| ${call} \`${ofCall[0]?.cell.kind}\` | ${marks.join(" | ")} |`;
  });
  return [`| call | ${columns.join(" | ")} |`, `|---|${columns.map(() => "---").join("|")}|`, ...rows].join(
    "\n",
  );
}
