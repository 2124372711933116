import type { Lookup } from "../provider/config";
import { defaultTimeoutMs } from "../provider/rotation/build";
import { type ConnectionOptions, connect } from "./connection";
import { type ExitCode, exitCodes } from "./errors";
import { release } from "./release";
import { planRelease } from "./releasePlan";
import { formatPlan, formatReleased } from "./releaseText";
import type { Terminal } from "./terminal";

export interface ReleaseOptions extends ConnectionOptions {
  branch: string[];
  value: string;
  variable?: string;
  ignoreUnread?: boolean;
  /** Milliseconds. */
  timeout?: number;
  yes?: boolean;
}

export async function runRelease(
  name: string,
  options: ReleaseOptions,
  terminal: Terminal,
  environment: Lookup,
): Promise<ExitCode> {
  const project = await connect(options, environment, terminal).project({});
  const { branch: branches, value, variable, ignoreUnread = false, timeout = defaultTimeoutMs } = options;
  const request = { name, branches, value, variable, ignoreUnread };
  const plan = await terminal.during("Reading the project", planRelease(project, request));
  if (options.yes !== true) {
    terminal.out(...formatPlan(project.scope, plan));
    return exitCodes.ok;
  }
  const released = await terminal.during("Releasing", release(project, plan, timeout));
  terminal.out(...formatReleased(project.scope, plan, released));
  const isDone = released.failures.length === 0 && released.unfinished.length === 0;
  return isDone ? exitCodes.ok : exitCodes.failed;
}
