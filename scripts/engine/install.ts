import { join } from "node:path";
import type { Command } from "./run";
import { ENGINE_VERSION } from "./versions";

const TIME_LIMIT_MS = 120_000;

/**
 * The official installation, in a process of its own: the Automation API has no way to stop one that hangs.
 * It puts the engine and its language hosts into `staging/bin`.
 */
export function planInstall(staging: string, log: string): Command {
  return {
    command: process.execPath,
    // What made this process read TypeScript.
    args: [...process.execArgv, join(__dirname, "install-main.ts"), staging, ENGINE_VERSION],
    timeoutMs: TIME_LIMIT_MS,
    log,
  };
}
