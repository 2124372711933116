/** Processes with everything that they have started. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The process and its descendants, as far as they can be seen; of a process that has ended, none. */
export async function treeOf(pid: number): Promise<number[]> {
  if (process.platform === "win32") return [pid];
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  return descendants(stdout, pid);
}

/** @param table lines of a pid and its parent's. */
export function descendants(table: string, pid: number): number[] {
  const rows = table
    .trim()
    .split("\n")
    .map(line => line.trim().split(/\s+/).map(Number));
  const known = new Set(rows.map(([own]) => own));
  const found = known.has(pid) ? [pid] : [];
  // Grows while it is gone through.
  for (const parent of found) {
    for (const [own, of] of rows) if (own !== undefined && of === parent) found.push(own);
  }
  return found;
}

export function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}
