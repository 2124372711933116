import { constants } from "node:os";
import { EngineError } from "./errors";
import type { World } from "./find";
import { worldOf } from "./world";

/** Runs a search for a program, which an interrupt ends, and prints the directory that it finds, and nothing else. */
export async function printDirectory(find: (world: World) => Promise<string>): Promise<void> {
  const stop = new AbortController();
  let stoppedBy: "SIGINT" | "SIGTERM" | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stoppedBy = signal;
      stop.abort();
    });
  }
  const world = worldOf(stop.signal);
  try {
    const directory = await find(world);
    world.progress.end();
    console.log(directory);
  } catch (error) {
    world.progress.end();
    if (stoppedBy !== undefined) {
      process.exitCode = 128 + constants.signals[stoppedBy];
      return;
    }
    process.exitCode = 1;
    console.error(error instanceof EngineError ? error.message : error);
  }
}
