import { join } from "node:path";
import { z } from "zod";
import { runToEnd } from "../npmTools";

const root = join(__dirname, "../..");

/** Bytes that the package may take where it is installed, without its dependencies. */
export const maxPackageBytes = 850_000;

const packed = z.object({
  filename: z.string(),
  unpackedSize: z.number(),
  files: z.array(z.object({ path: z.string(), size: z.number() })),
});

export interface Packed {
  /** Path of the archive. */
  tarball: string;
  /** What is in it, with sizes in bytes. */
  files: { path: string; size: number }[];
  /** Bytes. */
  unpackedSize: number;
}

/** Packs dist/ and what goes with it, as it would be published. */
export async function packInto(folder: string): Promise<Packed> {
  const args = ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder];
  const { code, stdout, stderr } = await runToEnd("npm", args, { cwd: root });
  if (code !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const answer: unknown = JSON.parse(stdout);
  // npm answers a list, newer ones a table by name.
  const [entry] = Object.values(answer as object);
  const { filename, files, unpackedSize } = packed.parse(entry);
  return { tarball: join(folder, filename), files, unpackedSize };
}
