/** Reads the archives of a release, as strictly as what unpacks them: what is not understood is an error. */
import { crc32, gunzipSync, inflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface Entry {
  path: string;
  /** Unix permissions, such as 0o755. */
  mode: number;
  content: Buffer;
}

/** What is in an archive, folders aside. */
export function entriesOf(name: string, bytes: Buffer): Entry[] {
  return name.endsWith(".zip") ? zipEntries(bytes) : tarEntries(gunzipSync(bytes));
}

const block = 512;

function tarEntries(tar: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    // Zeros end it.
    if (header.every(byte => byte === 0)) return entries;
    const text = (from: number, length: number) =>
      header
        .toString("utf8", from, from + length)
        .replace(/\0.*$/s, "")
        .trim();
    const number = (from: number, length: number) => Number.parseInt(text(from, length), 8);
    // The sum counts its own field as blanks.
    const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
    if (sum !== number(148, 8)) throw new Error("a header is damaged");
    const [size, type, path] = [number(124, 12), text(156, 1), text(0, 100)];
    at += block;
    if (at + size > tar.length) throw new Error(`${path} is cut off`);
    if (type === "" || type === "0")
      entries.push({ path, mode: number(100, 8) & 0o7777, content: tar.subarray(at, at + size) });
    else if (!["5", "g", "x"].includes(type)) throw new Error(`${path} is neither a file nor a folder`);
    at += Math.ceil(size / block) * block;
  }
  throw new Error("it has no end");
}

const signatures = { end: 0x06054b50, central: 0x02014b50, local: 0x04034b50 };
const endBytes = 22;

function zipEntries(zip: Buffer): Entry[] {
  // The end comes last: our archives have no comment.
  const end = zip.length - endBytes;
  if (end < 0 || zip.readUInt32LE(end) !== signatures.end) throw new Error("it has no end");
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== signatures.central) throw new Error("its list of files is damaged");
    const [pathBytes, extraBytes, commentBytes] = [28, 30, 32].map(from => zip.readUInt16LE(at + from));
    const path = zip.toString("utf8", at + 46, at + 46 + (pathBytes ?? 0));
    if (!path.endsWith("/")) {
      // The upper half is Unix's, where the archive was made for Unix.
      const mode = (zip.readUInt32LE(at + 38) >>> 16) & 0o7777;
      entries.push({ path, mode, content: contentOf(zip, at, path) });
    }
    at += 46 + (pathBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return entries;
}

function contentOf(zip: Buffer, central: number, path: string): Buffer {
  const method = zip.readUInt16LE(central + 10);
  const [sum, packedBytes, local] = [16, 20, 42].map(from => zip.readUInt32LE(central + from));
  if (local === undefined || zip.readUInt32LE(local) !== signatures.local)
    throw new Error(`the header of ${path} is damaged`);
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(from, from + (packedBytes ?? 0));
  if (method !== 0 && method !== 8) throw new Error(`${path} is packed in a way that is not known`);
  const content = method === 8 ? inflateRawSync(packed) : packed;
  if (crc32(content) !== sum) throw new Error(`${path} is damaged`);
  return content;
}
