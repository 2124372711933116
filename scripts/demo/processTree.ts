/** Processes with everything that they have started. */
import { execFileSync } from "node:child_process";

/** The process and its descendants, as far as they can be seen; of a process that has ended, none. */
export function treeOf(pid: number | undefined): number[] {
  if (pid === undefined || process.platform === "win32") return [];
  return descendants(execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }), pid);
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
