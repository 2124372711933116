/** What is wrong with an executable for macOS, read without running it. */
import { createHash } from "node:crypto";

/** The commands of a Mach-O file, by kind. */
function loadCommands(file: Buffer): Map<number, number> {
  const commands = new Map<number, number>();
  let at = 32;
  for (let index = 0; index < file.readUInt32LE(16); index += 1) {
    commands.set(file.readUInt32LE(at), at);
    at += file.readUInt32LE(at + 4);
  }
  return commands;
}

const codeSignature = 0x1d;
const codeDirectory = 0;
const adHoc = 0x2;

/**
 * What is wrong with the ad hoc signature of a Mach-O file, by Apple's format: macOS on arm64 compares the hash of each
 * page with it before it runs the page.
 */
export function signatureProblem(file: Buffer): string | undefined {
  const command = loadCommands(file).get(codeSignature);
  if (command === undefined) return "it is not signed";
  const start = file.readUInt32LE(command + 8);
  const size = file.readUInt32LE(command + 12);
  if (start + size !== file.length) return "the signature is not at the end";
  const blob = file.subarray(start);
  if (blob.readUInt32BE(0) !== 0xfade0cc0) return "the signature has no magic number";
  const directory = directoryIn(blob);
  if (directory === undefined) return "there is no code directory";
  if ((directory.readUInt32BE(12) & adHoc) === 0) return "the signature names somebody";
  const [hashes, pages, limit] = [16, 28, 32].map(offset => directory.readUInt32BE(offset)) as [
    number,
    number,
    number,
  ];
  const pageSize = 1 << directory.readUInt8(39);
  if (limit !== start) return "not everything before the signature is signed";
  if (pages !== Math.ceil(limit / pageSize)) return "the number of pages is wrong";
  for (let page = 0; page < pages; page += 1) {
    const content = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const slot = directory.subarray(hashes + page * 32, hashes + (page + 1) * 32);
    if (!createHash("sha256").update(content).digest().equals(slot)) return `page ${page} has another hash`;
  }
  return undefined;
}

function directoryIn(blob: Buffer): Buffer | undefined {
  for (let index = 0; index < blob.readUInt32BE(8); index += 1) {
    const at = 12 + index * 8;
    if (blob.readUInt32BE(at) === codeDirectory) return blob.subarray(blob.readUInt32BE(at + 4));
  }
  return undefined;
}
