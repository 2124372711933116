/** Rotates a certificate in three environments under load, and shows what happens: `npm start`. */
import { writeFileSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { engineNames } from "./demo/engine";
import { pictureOf } from "./demo/picture";
import { reportOf } from "./demo/report";
import { demonstrate, type Stops } from "./demo/scenario";
import { paint, screenOf } from "./demo/screen";
import { jsonOf, problemsOf, summaryOf } from "./demo/summary";
import { findEngine } from "./engine/find";
import { worldOf } from "./engine/world";
import { endingSignals } from "./signals";

const HELP = `Rotates an mTLS client certificate in three environments of a local Zuplo, under load.

Usage: npm start [-- options]

  --engine NAME     pulumi (the default), which is got where it is missing, or terraform, from PATH
  --json            print one line of JSON with the figures on stdout; the progress goes to stderr
  --picture FILE    write the chart as an SVG file, too, such as docs/rotation.svg
  --help            this text

Everything runs on this machine, in a temporary folder, with the program in examples/rotation or the
configuration in examples/terraform/rotation. The report is rotation.html in the current folder. It ends with 1 if a
request failed, or anything is left over.
`;

const REPORT = "rotation.html";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "pulumi" },
      json: { type: "boolean", default: false },
      picture: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const name = z.enum(engineNames).safeParse(values.engine).data;
  if (name === undefined) throw new Error(`--engine must be one of ${engineNames.join(", ")}.`);
  const out = screenOf(values.json ? process.stderr : process.stdout);
  const stops: Stops = [];
  let isStopping = false;
  const stopAll = async () => {
    // The last to be started depends on those before it.
    for (const stop of stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        // The others still have to be stopped.
        fail(error);
      }
    }
  };
  for (const [signal, code] of endingSignals) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      out.write("\nStopping\n");
      stopAll().finally(() => process.exit(code));
    });
  }
  try {
    if (name === "pulumi") await bringPulumi(stops);
    const demonstration = await demonstrate(name, out, stops);
    const { figures } = demonstration;
    writeFileSync(REPORT, reportOf(demonstration));
    if (values.picture !== undefined) writeFileSync(values.picture, pictureOf(demonstration));
    out.write(`\n${summaryOf(figures)}\nThe report: ${resolve(REPORT)}\n`);
    const problems = problemsOf(figures);
    for (const problem of problems) out.write(`${paint(out, "red", "Not as it should be:")} ${problem}.\n`);
    if (problems.length > 0) process.exitCode = 1;
    if (values.json) process.stdout.write(`${jsonOf(figures)}\n`);
  } catch (error) {
    // What was interrupted has failed for no other reason.
    if (!isStopping) throw error;
  } finally {
    await stopAll();
  }
}

/** Puts the engine on PATH, wherever it comes from. */
async function bringPulumi(stops: Stops): Promise<void> {
  const stop = new AbortController();
  stops.push(() => stop.abort());
  const world = worldOf(stop.signal);
  try {
    process.env.PATH = [await findEngine(world), process.env.PATH].join(delimiter);
  } finally {
    world.progress.end();
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
