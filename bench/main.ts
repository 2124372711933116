/** `npm run bench`: runs the cases, prints one table, and says what was missed. */

import { writeFileSync } from "node:fs";
import { writeBetween } from "../scripts/document";
import type { Bench } from "./bench";
import { cases } from "./cases";
import { describeMachine, machineText } from "./machine";
import { defaultRepetitions, type Options, parseOptions, usage } from "./options";
import { picture } from "./picture";
import { type Row, verdictOf } from "./row";
import { table } from "./table";

/** Where the table stands in docs/performance.md. */
const markers = { begin: "<!-- bench: begin -->", end: "<!-- bench: end -->" };

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help || options.list) {
    console.log(options.help ? usage : cases.map(({ name }) => name).join("\n"));
    return;
  }
  const unknown = options.only.filter(name => !cases.some(each => each.name === name));
  if (unknown.length > 0) throw new Error(`There is no case ${unknown.join(", ")}: --list names them.`);
  const chosen = cases.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const machine = describeMachine();
  const startedAt = new Date();
  const { repetitions, quick, checkpoints } = options;
  const rows: Row[] = [];
  for (const { name, run } of chosen) {
    const bench: Bench = {
      repetitions,
      quick,
      checkpoints,
      say: text => process.stderr.write(`${name}: ${text}\n`),
    };
    const began = Date.now();
    rows.push(...(await run(bench)));
    bench.say(`done in ${Math.round((Date.now() - began) / 1000)} s`);
  }
  const minutes = (Date.now() - startedAt.getTime()) / 60_000;
  const command = commandText(options);
  const times = repetitions === 1 ? "once" : `${repetitions} times`;
  const legend =
    `${machineText(machine)}. ${startedAt.toISOString().slice(0, 10)}, \`${command}\`, ` +
    `each side measured ${times} in turn, ${minutes.toFixed(0)} min in all.`;
  console.log(`${legend}\n\n${table(rows)}`);
  const judged = rows.filter(row => verdictOf(row) !== "shown");
  const missed = judged.filter(row => verdictOf(row) === "MISSED");
  console.log(`\n${judged.length - missed.length} of ${judged.length} targets met`);
  if (options.json !== undefined) {
    const judgedRows = rows.map(row => ({ ...row, verdict: verdictOf(row) }));
    const result = { machine, startedAt, minutes, repetitions, quick, rows: judgedRows };
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (options.picture !== undefined) writeFileSync(options.picture, `${picture(rows)}\n`);
  if (options.write !== undefined) writeBetween(options.write, markers, `${legend}\n\n${table(rows)}`);
}

/** The command that measures the same again, wherever its figures go. */
function commandText({ only, repetitions, quick, checkpoints }: Options): string {
  const flags = [
    ...only.flatMap(name => ["--only", name]),
    ...(repetitions === (quick ? 1 : defaultRepetitions) ? [] : ["--repetitions", String(repetitions)]),
    ...(quick ? ["--quick"] : []),
    ...(checkpoints ? ["--checkpoints"] : []),
  ];
  return ["npm run bench", ...(flags.length > 0 ? ["--", ...flags] : [])].join(" ");
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
