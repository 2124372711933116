import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { openCache } from "../engine/cache";
import { runToEnd } from "../npmTools";
import type { NodeRelease } from "./targets";

/** The folder of a Node of npm's, in the user's cache. It is loaded once, and refused where its content is another. */
export async function nodeFolder({ package: name, version, integrity }: NodeRelease): Promise<string> {
  const caches = openCache(process.env).root;
  const folder = join(caches, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(caches, { recursive: true });
  const staging = mkdtempSync(`${folder}.new-`);
  try {
    const packed = await run("npm", ["pack", `${name}@${version}`, "--json", "--silent"], staging);
    const [loaded] = z.array(z.object({ filename: z.string(), integrity: z.string() })).parse(asList(packed));
    if (loaded?.integrity !== integrity)
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

/** npm answers a list, newer ones a table by name. */
function asList(text: string): unknown[] {
  return Object.values(JSON.parse(text) as object);
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`);
  return stdout;
}
