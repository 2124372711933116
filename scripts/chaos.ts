import { parseArgs } from "node:util";
import { adapterNames, coursesOf } from "../tests/chaos/adapters";
import { titleOf } from "../tests/chaos/cell";
import { hasCells, parts, plan } from "../tests/chaos/plan";
import { play } from "../tests/chaos/play";
import { Progress } from "../tests/chaos/progress";
import { counts, markers, report } from "../tests/chaos/report";
import { Scene } from "../tests/chaos/scene";
import { writeBetween } from "./document";
import { endingSignals } from "./signals";

const usage = `The chaos matrix: every call of a rotation, of one binding and of five that share their redeploys, with every
mishap that fits it, each kind of call of a \`pulumi destroy\` with the mishaps of each sort, and pairs of mishaps;
after each of them the same command once more.

Usage: npm run chaos -- [options]

  --adapter NAME  dynamic, native or terraform, several times for several (default: all of them)
  --part NAME     rotation, group, destroy or pairs, several times for several (default: all of them)
  --seed N        another one chooses other pairs (default: 0)
  --only REGEXP   cells whose title matches
  --workers N     cells side by side (default: 2)
  --verbose       print what a cell that missed has printed
  --list          print the cells, and play none
  --resume FILE   keeps what is played in FILE, and goes on from there while the provider is the same
  --write FILE    put the tables between the markers in FILE
  --help          this text

It prints a table, and ends with 1 if a cell did not converge.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      adapter: { type: "string", multiple: true },
      part: { type: "string", multiple: true },
      seed: { type: "string", default: "0" },
      only: { type: "string", default: "" },
      workers: { type: "string", default: "2" },
      verbose: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      resume: { type: "string" },
      write: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const startedAt = Date.now();
  const progress = new Progress(values.resume);
  const before = progress.seconds;
  const seconds = () => before + Math.round((Date.now() - startedAt) / 1000);
  const wanted = chosen("part", parts, values.part);
  const scenes: Scene[] = [];
  const stop = stopOnSignals();
  try {
    for (const adapter of chosen("adapter", adapterNames, values.adapter)) {
      const courses = coursesOf[adapter].filter(course => hasCells(course, wanted));
      for (const course of courses) scenes.push(await Scene.prepare(adapter, course, stop));
    }
    const only = new RegExp(values.only);
    const cells = scenes.flatMap(scene =>
      plan(scene, wanted, Number(values.seed))
        .filter(cell => only.test(titleOf(cell)))
        .map(cell => ({ scene, cell })),
    );
    const sizes = counts(cells.map(({ scene: { adapter }, cell }) => ({ adapter, cell })));
    if (values.list) {
      for (const { scene, cell } of cells) console.log(`${scene.adapter} ${titleOf(cell)}`);
      console.error(sizes);
      return;
    }
    console.error(sizes);
    const used = new Set(cells.map(({ scene }) => scene));
    const broken = [...used].filter(({ undisturbed }) => undisturbed.problems.length > 0);
    for (const { adapter, course, undisturbed } of broken) {
      console.error(`MISS ${adapter} ${course}, undisturbed: ${undisturbed.problems.join("; ")}`);
      if (values.verbose) console.error(undisturbed.text);
    }
    const known = cells.flatMap(each => progress.of(each) ?? []);
    const left = cells.filter(each => progress.of(each) === undefined);
    let done = known.length;
    const fresh = await play(left, Number(values.workers), one => {
      const { adapter, cell, problems, ms, text } = one;
      progress.add(one, seconds());
      done += 1;
      const result = problems.length === 0 ? "ok  " : "MISS";
      const title = `${adapter} ${titleOf(cell)}`;
      console.error(`${done}/${cells.length} ${result} ${title} (${ms} ms) ${problems.join("; ")}`);
      if (values.verbose && problems.length > 0) console.error(text);
    });
    const played = [...known, ...fresh];
    const text = report(played, seconds());
    console.log(text);
    if (values.write !== undefined) writeBetween(values.write, markers, `\n${text}\n`);
    const converged = played.every(({ problems }) => problems.length === 0);
    process.exitCode = converged && broken.length === 0 ? 0 : 1;
  } catch (error) {
    // What was stopped has failed for no other reason.
    if (!stop.aborted) throw error;
  } finally {
    for (const scene of scenes) await scene.remove();
  }
}

/** An engine would go on without us, and the program of one that has ended spins for ever. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const [signal, code] of endingSignals) {
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      console.error("Stopping");
      process.exitCode = code;
      stop.abort();
    });
  }
  return stop.signal;
}

function chosen<T extends string>(
  option: string,
  all: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  const unknown = names?.find(name => !all.some(each => each === name));
  if (unknown !== undefined) throw new Error(`--${option} is one of ${all.join(", ")}, not ${unknown}`);
  return all.filter(name => names === undefined || names.includes(name));
}

void main();
