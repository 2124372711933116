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

/** Packs dist/ and what goes with it, as it would be published. `from`: where the package lies; default: here. */
export async function packInto(folder: string, from = root): Promise<Packed> {
  const { filename, files, unpackedSize } = await pack(from, "--pack-destination", folder);
  return { tarball: join(folder, filename), files, unpackedSize };
}

/** The files that would be published, by their path in the package. */
export async function filesOfPackage(): Promise<string[]> {
  return (await pack(root, "--dry-run")).files.map(({ path }) => path);
}

async function pack(from: string, ...more: string[]): Promise<z.infer<typeof packed>> {
  const args = ["pack", "--json", "--silent", "--ignore-scripts", ...more];
  const { code, stdout, stderr } = await runToEnd("npm", args, { cwd: from });
  if (code !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const answer: unknown = JSON.parse(stdout);
  // npm answers a list, newer ones a table by name.
  return packed.parse(Object.values(answer as object)[0]);
}
