/** A machine without Node: what is on its PATH is named one by one. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { directoryOnPath } from "../../scripts/engine/files";

/** A folder for PATH that holds the given programs of this machine, and nothing else. */
export function pathWith(folder: string, ...programs: string[]): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  for (const program of programs) {
    const directory = directoryOnPath(program, process.env.PATH);
    if (directory === undefined) throw new Error(`${program} is not on PATH.`);
    symlinkSync(join(directory, program), join(bin, program));
  }
  return bin;
}

/** Runs a program with nothing in its environment but what is given. */
export function runBare(file: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(file, args, { env, encoding: "utf8" });
}
