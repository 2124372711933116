import { createHash } from "node:crypto";

const header = { size: 32, magic: 0xfeedfacf, commands: 16, commandBytes: 20 };
const segment = { kind: 0x19, name: 8, memorySize: 32, fileOffset: 40, fileSize: 48 };
const signatureCommand = { kind: 0x1d, size: 16 };
const memoryPage = 1 << 14;
const signedPageBits = 12;
const signedPage = 1 << signedPageBits;
const hashBytes = 32;
const superBlobBytes = 20;
const directoryBytes = 88;
/** Ad hoc, by whoever linked it: what `go build` writes. Signing it with an identity later needs no force. */
const flags = 0x20002;

/**
 * Signs a 64-bit Mach-O file without an identity: macOS on arm64 starts nothing that is not signed. The format is that
 * of Apple's cs_blobs.h: a code directory with the hash of each page.
 *
 * @param id by which the signature calls the program
 * @throws where the file is signed already, or is laid out in a way that is not known here
 */
export function signMachO(unsigned: Buffer, id: string): Buffer {
  if (unsigned.readUInt32LE(0) !== header.magic) throw new Error("This is no 64-bit Mach-O file.");
  const { text, linkedit, end } = commandsOf(unsigned);
  const codeBytes = Math.ceil(unsigned.length / 16) * 16;
  const identity = Buffer.from(`${id}\0`);
  const pages = Math.ceil(codeBytes / signedPage);
  const signatureBytes = superBlobBytes + directoryBytes + identity.length + pages * hashBytes;

  const file = Buffer.alloc(codeBytes + signatureBytes);
  unsigned.copy(file);
  file.writeUInt32LE(file.readUInt32LE(header.commands) + 1, header.commands);
  file.writeUInt32LE(file.readUInt32LE(header.commandBytes) + signatureCommand.size, header.commandBytes);
  words(file, end, "LE", [signatureCommand.kind, signatureCommand.size, codeBytes, signatureBytes]);
  const linkeditBytes = file.length - Number(file.readBigUInt64LE(linkedit + segment.fileOffset));
  file.writeBigUInt64LE(BigInt(linkeditBytes), linkedit + segment.fileSize);
  const inMemory = Math.ceil(linkeditBytes / memoryPage) * memoryPage;
  file.writeBigUInt64LE(BigInt(inMemory), linkedit + segment.memorySize);

  const directory = codeBytes + superBlobBytes;
  words(file, codeBytes, "BE", [0xfade0cc0, signatureBytes, 1, 0, superBlobBytes]);
  const hashes = directoryBytes + identity.length;
  words(file, directory, "BE", [
    0xfade0c02,
    signatureBytes - superBlobBytes,
    0x20400,
    flags,
    hashes,
    directoryBytes,
    0,
    pages,
    codeBytes,
    // Size and kind of the hashes (SHA-256), platform, and size of the pages.
    (hashBytes << 24) | (2 << 16) | signedPageBits,
  ]);
  file.writeBigUInt64BE(file.readBigUInt64LE(text + segment.fileOffset), directory + 64);
  file.writeBigUInt64BE(file.readBigUInt64LE(text + segment.fileSize), directory + 72);
  // A main program.
  file.writeBigUInt64BE(1n, directory + 80);
  identity.copy(file, directory + directoryBytes);
  for (let page = 0; page < pages; page += 1) {
    const content = file.subarray(page * signedPage, Math.min((page + 1) * signedPage, codeBytes));
    createHash("sha256")
      .update(content)
      .digest()
      .copy(file, directory + hashes + page * hashBytes);
  }
  return file;
}

/** Offsets of the two segments that a signature speaks of, and of the end of the load commands. */
function commandsOf(file: Buffer): { text: number; linkedit: number; end: number } {
  const segments = new Map<string, number>();
  let at = header.size;
  for (let index = 0; index < file.readUInt32LE(header.commands); index += 1) {
    const kind = file.readUInt32LE(at);
    if (kind === signatureCommand.kind) throw new Error("The file is signed already.");
    if (kind === segment.kind) {
      const name = file.toString("latin1", at + segment.name, at + segment.name + 16);
      segments.set(name.replace(/\0+$/, ""), at);
    }
    at += file.readUInt32LE(at + 4);
  }
  const [text, linkedit] = [segments.get("__TEXT"), segments.get("__LINKEDIT")];
  if (text === undefined || linkedit === undefined) throw new Error("A segment is missing in the file.");
  const [offset, size] = [segment.fileOffset, segment.fileSize].map(field =>
    Number(file.readBigUInt64LE(linkedit + field)),
  ) as [number, number];
  if (offset + size !== file.length) throw new Error("The file does not end with what links it.");
  if (file.subarray(at, at + signatureCommand.size).some(byte => byte !== 0))
    throw new Error("The file has no room for another load command.");
  return { text, linkedit, end: at };
}

function words(file: Buffer, at: number, order: "LE" | "BE", values: readonly number[]): void {
  for (const [index, value] of values.entries()) {
    if (order === "LE") file.writeUInt32LE(value, at + index * 4);
    else file.writeUInt32BE(value, at + index * 4);
  }
}
