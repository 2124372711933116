import { createReadStream, createWriteStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";

/** A file in an archive. */
export interface Entry {
  name: string;
  /** Where it is read from. */
  file: string;
  isExecutable?: true;
}

const modeOf = ({ isExecutable }: Entry) => (isExecutable ? 0o755 : 0o644);

/** Writes a tar.gz whose bytes depend on nothing but its content and the date. */
export async function writeTarball(output: string, entries: readonly Entry[], date: Date): Promise<void> {
  const tarball = pack();
  const written = pipeline(tarball, createGzip(), createWriteStream(output));
  for (const one of entries) {
    const { size } = statSync(one.file);
    const options = { name: one.name, size, mode: modeOf(one), mtime: date };
    await pipeline(createReadStream(one.file), tarball.entry(options));
  }
  tarball.finalize();
  await written;
}

/** The same as a zip. It knows no time zone, so the date is written as this process reads clocks. */
export async function writeZip(output: string, entries: readonly Entry[], date: Date): Promise<void> {
  const zip = new ZipFile();
  for (const one of entries) {
    const mode = 0o100000 | modeOf(one);
    zip.addFile(one.file, one.name, { mtime: date, mode });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(output));
}
