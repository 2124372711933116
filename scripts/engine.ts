import { constants } from "node:os";
import { EngineError } from "./engine/errors";
import { findEngine } from "./engine/find";
import { progress } from "./engine/progress";
import { runner } from "./engine/run";

/**
 * Finds or gets the Pulumi engine, and prints the directory to put first on PATH, and nothing else: on PATH
 * already, in the cache, installed officially, or built with Go.
 */
async function main(): Promise<void> {
  const stop = new AbortController();
  let stoppedBy: "SIGINT" | "SIGTERM" | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stoppedBy = signal;
      stop.abort();
    });
  }
  const report = progress(process.stderr);
  try {
    const directory = await findEngine({
      env: process.env,
      run: runner(stop.signal),
      progress: report,
      signal: stop.signal,
    });
    report.end();
    console.log(directory);
  } catch (error) {
    report.end();
    if (stoppedBy !== undefined) {
      process.exitCode = 128 + constants.signals[stoppedBy];
      return;
    }
    process.exitCode = 1;
    console.error(error instanceof EngineError ? error.message : error);
  }
}

void main();
