// A lock between processes. Plain JavaScript, since bootstrap.mjs needs it before anything is installed.
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does `work` while no other process does.
 *
 * The lock is for work that two should not do at once, but that stays right if they do now and then: two
 * that take over the same stale lock in the same moment both go on.
 */
export async function withLock(file, { onWait, signal, pollMs = 500, staleMs = 60_000 }, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = false; !acquire(file); waited = true) {
    const holder = readHolder(file);
    if (isStale(file, holder, staleMs)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited) onWait(holder);
    await sleep(pollMs, undefined, { signal });
  }
  const alive = setInterval(() => touch(file), staleMs / 4);
  // Also when a signal or process.exit() ends this process in the middle of the work.
  const release = () => {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    process.off("exit", release);
    release();
  }
}

function acquire(file) {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Undefined also while the holder is between creating the file and writing it. */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isStale(file, holder, staleMs) {
  if (holder?.host === hostname() && !isRunning(holder.pid)) return true;
  // Catches what the pid cannot: another machine or container on a shared folder, a pid that is used again.
  const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return modified !== undefined && Date.now() - modified > staleMs;
}

export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // The file was taken away, for instance with the whole cache.
  }
}
