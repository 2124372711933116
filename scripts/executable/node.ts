import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openCache } from "../engine/cache";
import { npmPack } from "../package/npmPack";
import { run } from "../run";
import type { NodeRelease } from "./targets";

/** The folder of a Node of npm's, in the user's cache. It is loaded once, and refused where its content is another. */
export async function nodeFolder({ package: name, version, integrity }: NodeRelease): Promise<string> {
  const caches = openCache(process.env).root;
  const folder = join(caches, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(caches, { recursive: true });
  const staging = mkdtempSync(`${folder}.new-`);
  try {
    const loaded = await npmPack([`${name}@${version}`], staging);
    if (loaded.integrity !== integrity)
      throw new Error(`npm's ${name} ${version} is another one than the one that was chosen: do not use it.`);
    const unpacked = join(staging, "unpacked");
    mkdirSync(unpacked);
    await run("tar", ["-xzf", loaded.filename, "--strip-components=1", "-C", unpacked], staging);
    renameSync(unpacked, folder);
  } catch (error) {
    // Another build was faster: its copy is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return folder;
}
