/** Programs from npm that are too large for a devDependency: installed once, with pinned versions, in the user's cache. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openCache } from "./engine/cache";

/** How a program ended that was run to its end. */
export interface Ended {
  /** -1: killed. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Gives the folder with the packages in its `node_modules`; the first time takes a minute or two. `name` tells the versions. */
export async function installTools(name: string, dependencies: Record<string, string>): Promise<string> {
  const caches = openCache(process.env).root;
  const folder = join(caches, name);
  if (existsSync(folder)) return folder;
  await mkdir(caches, { recursive: true });
  const temporary = await mkdtemp(join(caches, "installing-"));
  try {
    await writeFile(join(temporary, "package.json"), JSON.stringify({ private: true, dependencies }));
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--engine-strict=false"];
    const { code, stderr } = await runToEnd("npm", ["install", ...flags], { cwd: temporary });
    if (code !== 0) throw new Error(`npm could not install ${name}: ${stderr}`);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another run was faster: its installation is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/**
 * The package that brings Node's binary. The package `node` fetches it in an install script; the platform's own package
 * brings it without one.
 */
export function nodePackage(): string {
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${process.platform}-${process.arch}`;
}

export function runToEnd(
  command: string,
  args: readonly string[],
  options: { cwd: string; timeout?: number; env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise(resolve => {
    execFile(command, args, { ...options, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    });
  });
}
