import { parseArgs } from "node:util";
import { Scene } from "../tests/chaos/cell";
import { matrix } from "../tests/chaos/matrix";
import { type Played, play } from "../tests/chaos/play";

const usage = `The chaos matrix: every call of a rotation with every fault that fits it, and one more \`pulumi up\`.

Usage: npm run chaos -- [options]

  --only REGEXP   cells whose title matches
  --workers N     cells side by side (default: 2)
  --verbose       print what a cell that missed has printed
  --help          this text

It prints a table, and ends with 1 if a cell did not converge.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      workers: { type: "string", default: "2" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const startedAt = Date.now();
  const scene = await Scene.prepare();
  try {
    const cells = matrix(scene.calls).filter(cell => new RegExp(values.only).test(cell.title));
    let done = 0;
    const played = await play(scene, cells, Number(values.workers), one => {
      done += 1;
      const result = one.problems.length === 0 ? "ok  " : "MISS";
      console.error(
        `${done}/${cells.length} ${result} ${one.cell.title} (${one.ms} ms) ${one.problems.join("; ")}`,
      );
      if (values.verbose && one.problems.length > 0) console.error(one.text);
    });
    console.log(table(played));
    const missed = played.filter(({ problems }) => problems.length > 0).length;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`${played.length - missed} of ${played.length} cells converged, in ${seconds} s`);
    process.exitCode = missed === 0 ? 0 : 1;
  } finally {
    await scene.remove();
  }
}

/** A row for each call, a column for each mishap. */
function table(played: readonly Played[]): string {
  const nameOf = ({ cell }: Played) => cell.title.slice(cell.title.lastIndexOf(": ") + 2);
  const columns = [...new Set(played.map(nameOf))];
  const rows = [...new Set(played.map(({ cell }) => cell.call))].sort((one, other) => one - other);
  const head = `| call | ${columns.join(" | ")} |\n|---|${columns.map(() => "---").join("|")}|`;
  const body = rows.map(row => {
    const ofRow = played.filter(({ cell }) => cell.call === row);
    const marks = columns.map(column => {
      const one = ofRow.find(each => nameOf(each) === column);
      return one === undefined ? "–" : one.problems.length === 0 ? "ok" : "MISS";
    });
    const kind = ofRow[0]?.cell.title.split(" ")[1] ?? "";
    return `| ${row} ${kind} | ${marks.join(" | ")} |`;
  });
  return [head, ...body].join("\n");
}

void main();
