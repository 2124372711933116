import { join } from "node:path";
import { npmPack } from "./npmPack";

const root = join(__dirname, "../..");

/** Bytes that the package may take where it is installed, without its dependencies. */
export const maxPackageBytes = 960_000;

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

function pack(from: string, ...more: string[]) {
  return npmPack(["--ignore-scripts", ...more], from);
}
