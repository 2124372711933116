/** Reads the archives of a release. */
import { buffer } from "node:stream/consumers";
import { crc32, gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { fromBufferPromise, type ZipFile } from "yauzl";

/** A file of an archive. */
export interface Entry {
  path: string;
  /** Unix permissions, such as 0o755. */
  mode: number;
  content: Buffer;
}

/** What is in an archive, folders aside. @throws where it is damaged, or has more in it than files and folders */
export function entriesOf(name: string, bytes: Buffer): Promise<Entry[]> {
  return name.endsWith(".zip") ? zipEntries(bytes) : tarEntries(gunzipSync(bytes));
}

async function tarEntries(tar: Buffer): Promise<Entry[]> {
  const entries: Entry[] = [];
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const { name: path, mode = 0, type } = entry.header;
    const content = await buffer(entry);
    if (type === "file") entries.push({ path, mode, content });
    else if (type !== "directory") throw new Error(`${path} is neither a file nor a folder`);
  }
  return entries;
}

async function zipEntries(bytes: Buffer): Promise<Entry[]> {
  const zip: ZipFile = await fromBufferPromise(bytes);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName;
    if (path.endsWith("/")) continue;
    const content = await buffer(await zip.openReadStreamPromise(entry));
    if (crc32(content) !== entry.crc32) throw new Error(`${path} is damaged`);
    // The upper half is Unix's.
    entries.push({ path, mode: (entry.externalFileAttributes >>> 16) & 0o7777, content });
  }
  return entries;
}
