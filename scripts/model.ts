import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { batchSize, type Found, playBatch, sequenceOf, shortest } from "../tests/model/batch";
import { hunt, missed } from "../tests/model/hunt";
import { minimize } from "../tests/model/minimize";
import { openTable, play } from "../tests/model/play";
import { type Switch, switches, switchNamed } from "../tests/model/switches";
import type { Table } from "../tests/model/world";

const usage = `Random sequences of edits, runs, kills and other people's doings, with every safety rule checked after every call.

Usage: npm run model -- [options]

  --runs N        sequences (default: 300)
  --seed S        what they come from (default: one by the clock)
  --path N        plays only the sequence of this number, and prints what happened
  --replay FILE   plays a sequence that was kept, and prints what happened
  --switch NAME   with this protection of the core turned off: stops at the first sequence that misses it, in one
                  process; "all" tries one after the other and prints a table. One of:
${switches.map(({ name, rule }) => `                    ${name} (rule ${rule})`).join("\n")}
  --ignore REGEXP kinds of violations that are passed over
  --workers N     processes (default: 1)
  --resume FILE   keeps what is done in FILE, and goes on from there
  --help          this text

It ends with 1 if there was a violation, or, with --switch, if there was none.`;

interface Progress {
  seed: number;
  done: number[];
  found: Found[];
}

interface Task {
  seed: number;
  batch: number;
  count: number;
}

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "300" },
    seed: { type: "string" },
    path: { type: "string" },
    replay: { type: "string" },
    switch: { type: "string" },
    ignore: { type: "string" },
    workers: { type: "string", default: "1" },
    resume: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const ignored = options.ignore === undefined ? undefined : new RegExp(options.ignore);

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  if (process.send !== undefined) return work();
  const runs = Number(options.runs);
  if (options.switch !== undefined) return huntFor(options.switch, runs);
  const progress = resumed(Number(options.seed ?? Date.now() % 1_000_000));
  const { seed } = progress;
  if (options.path !== undefined) return show(sequenceOf(seed, Number(options.path)));
  if (options.replay !== undefined) return show(JSON.parse(readFileSync(options.replay, "utf8")));

  console.log(`seed ${seed}, ${runs} sequences`);
  const startedAt = Date.now();
  const played = await playAll(progress, runs);
  const minutes = (Date.now() - startedAt) / 60_000;
  const pace = Math.round(played / minutes);
  console.log(
    `${played} played in ${minutes.toFixed(1)} min, ${pace} a minute; ${progress.found.length} with a violation`,
  );
  await report(progress.found);
  process.exitCode = progress.found.length === 0 ? 0 : 1;
}

/** Which protections are missed, and how soon. */
async function huntFor(name: string, runs: number): Promise<void> {
  const chosen = name === "all" ? switches : [switchNamed(name)];
  const seed = Number(options.seed ?? 1);
  const table = await openTable();
  console.log(`seed ${seed}, ${runs} sequences at most\nrule | switch | missed in sequence | as`);
  for (const off of chosen) {
    if (off === undefined) throw new Error(`There is no switch '${name}'.`);
    const found = await hunt(table, off, { seed, runs, ignored });
    console.log([off.rule, off.name, found?.run ?? "none", found?.violations[0]?.kind ?? ""].join(" | "));
    if (found === undefined) process.exitCode = 1;
    else if (name !== "all") await showMissed(table, off, found);
  }
  await table.emulator.stop();
}

async function showMissed(table: Table, off: Switch, found: Found): Promise<void> {
  const kind = found.violations[0]?.kind;
  const sequence = await minimize(
    found.sequence,
    async candidate => (await missed(table, off, candidate, ignored))[0]?.kind === kind,
  );
  const turnOn = off.turnOff();
  const { trace, violations } = await play(table, sequence, ignored);
  turnOn();
  console.log(`  ${violations[0]?.text}\n${trace.map(line => `  ${line}`).join("\n")}`);
}

function resumed(seed: number): Progress {
  const { resume } = options;
  if (resume === undefined || !existsSync(resume)) return { seed, done: [], found: [] };
  const progress = JSON.parse(readFileSync(resume, "utf8")) as Progress;
  if (options.seed !== undefined && progress.seed !== seed)
    throw new Error(`${resume} is of the seed ${progress.seed}.`);
  return progress;
}

/** @returns how many were played. */
async function playAll(progress: Progress, runs: number): Promise<number> {
  const { seed } = progress;
  const tasks: Task[] = [];
  for (let batch = 0; batch * batchSize < runs; batch += 1) {
    const count = Math.min(batchSize, runs - batch * batchSize);
    if (!progress.done.includes(batch)) tasks.push({ seed, batch, count });
  }
  let played = 0;
  const worker = async () => {
    const child = fork(__filename, process.argv.slice(2), { stdio: "inherit" });
    try {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        const found = await ask(child, task);
        played += task.count;
        progress.done.push(task.batch);
        progress.found.push(...found);
        if (options.resume !== undefined) writeFileSync(options.resume, JSON.stringify(progress));
        for (const { run, violations } of found) console.error(`${run}: ${violations[0]?.kind}`);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Number(options.workers) }, worker));
  return played;
}

function ask(child: ChildProcess, task: Task): Promise<Found[]> {
  return new Promise((resolve, reject) => {
    const end = () => void child.off("message", answered).off("exit", died);
    const answered = (found: unknown) => {
      end();
      resolve(found as Found[]);
    };
    const died = (code: number | null) => {
      end();
      reject(new Error(`A worker ended with ${code}.`));
    };
    child.on("message", answered).on("exit", died);
    child.send(task);
  });
}

async function work(): Promise<void> {
  const table = await openTable();
  process.on("message", ({ seed, batch, count }: Task) => {
    void playBatch(table, seed, batch, count, ignored).then(found => process.send?.(found));
  });
  process.on("disconnect", () => process.exit());
}

/** The shortest sequence of each kind, as a test that can be kept. */
async function report(found: readonly Found[]): Promise<void> {
  const kinds = new Map<string, Found[]>();
  for (const each of found) {
    const kind = each.violations[0]?.kind ?? "";
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  const table = await openTable();
  for (const [kind, all] of [...kinds].sort(([, one], [, other]) => other.length - one.length)) {
    const [first] = all;
    if (first === undefined) continue;
    const sequence = await shortest(table, first, ignored);
    const { trace, violations } = await play(table, sequence, ignored);
    console.log(`\n${all.length} × ${kind} (first: --path ${first.run})`);
    console.log(`  ${violations[0]?.text}`);
    console.log(trace.map(line => `  ${line}`).join("\n"));
    console.log(`  to keep it, as tests/model/kept/NAME.json:\n${JSON.stringify(sequence)}`);
  }
  await table.emulator.stop();
}

async function show(sequence: Parameters<typeof play>[1] | undefined): Promise<void> {
  if (sequence === undefined) throw new Error("There is no such sequence.");
  const table = await openTable();
  const { trace, violations } = await play(table, sequence, ignored);
  console.log(JSON.stringify(sequence));
  console.log(trace.join("\n"));
  for (const { kind, text } of violations) console.log(`VIOLATION ${kind}: ${text}`);
  await table.emulator.stop();
  process.exitCode = violations.length === 0 ? 0 : 1;
}

void main();
