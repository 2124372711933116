/** Programs from npm that are too large for a devDependency: installed once, with pinned versions, in the user's cache. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openCache } from "./engine/cache";
import { run } from "./run";

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
    await run("npm", ["install", ...flags], temporary);
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
