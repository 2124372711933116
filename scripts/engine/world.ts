import type { World } from "./find";
import { progress } from "./progress";
import { runner } from "./run";

/** This process's environment, with what is going on told on stderr. `signal` ends whatever is run. */
export function worldOf(signal: AbortSignal): World {
  return { env: process.env, run: runner(signal), progress: progress(process.stderr), signal };
}
