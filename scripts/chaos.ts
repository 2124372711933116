import { parseArgs } from "node:util";
import type { AdapterName } from "../tests/chaos/adapters";
import { titleOf } from "../tests/chaos/cell";
import { matrix } from "../tests/chaos/matrix";
import { play } from "../tests/chaos/play";
import { markers, report } from "../tests/chaos/report";
import { Scene } from "../tests/chaos/scene";
import { writeBetween } from "./document";

const usage = `The chaos matrix: every call of a rotation with every mishap that fits it, and one more \`pulumi up\`.

Usage: npm run chaos -- [options]

  --adapter NAME  dynamic or native (default: both)
  --only REGEXP   cells whose title matches
  --workers N     cells side by side (default: 2)
  --verbose       print what a cell that missed has printed
  --list          print the cells, and play none
  --write FILE    put the tables between the markers in FILE
  --help          this text

It prints a table, and ends with 1 if a cell did not converge.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      adapter: { type: "string" },
      only: { type: "string", default: "" },
      workers: { type: "string", default: "2" },
      verbose: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      write: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const startedAt = Date.now();
  const names = (["dynamic", "native"] satisfies AdapterName[]).filter(
    name => values.adapter === undefined || values.adapter === name,
  );
  const scenes: Scene[] = [];
  try {
    for (const name of names) scenes.push(await Scene.prepare(name));
    const cells = scenes.flatMap(scene =>
      matrix(scene.calls)
        .filter(cell => new RegExp(values.only).test(titleOf(cell)))
        .map(cell => ({ scene, cell })),
    );
    if (values.list) {
      for (const { scene, cell } of cells) console.log(`${scene.adapter} ${titleOf(cell)}`);
      return;
    }
    let done = 0;
    const played = await play(cells, Number(values.workers), ({ adapter, cell, problems, ms, text }) => {
      done += 1;
      const result = problems.length === 0 ? "ok  " : "MISS";
      const title = `${adapter} ${titleOf(cell)}`;
      console.error(`${done}/${cells.length} ${result} ${title} (${ms} ms) ${problems.join("; ")}`);
      if (values.verbose && problems.length > 0) console.error(text);
    });
    const text = report(played, Math.round((Date.now() - startedAt) / 1000));
    console.log(text);
    if (values.write !== undefined) writeBetween(values.write, markers, `\n${text}\n`);
    process.exitCode = played.every(({ problems }) => problems.length === 0) ? 0 : 1;
  } finally {
    for (const scene of scenes) await scene.remove();
  }
}

void main();
