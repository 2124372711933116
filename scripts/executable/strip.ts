/** Offsets in the header of a 64-bit ELF file, and in an entry of its program header table. */
const header = {
  programTable: 32,
  sectionTable: 40,
  programEntrySize: 54,
  programEntries: 56,
  sectionEntries: 60,
  sectionNames: 62,
};
const entry = { offset: 8, fileSize: 32 };

/**
 * A Linux executable without what only a debugger reads: its symbols and its section table, which lie behind everything
 * that is loaded. Node is a fifth smaller without them, and binutils would have to be there for each architecture.
 */
export function stripElf(file: Buffer): Buffer {
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2) throw new Error("This is no 64-bit ELF file.");
  const table = Number(file.readBigUInt64LE(header.programTable));
  const size = file.readUInt16LE(header.programEntrySize);
  const entries = file.readUInt16LE(header.programEntries);
  let end = table + size * entries;
  for (let at = table; at < table + size * entries; at += size) {
    const offset = Number(file.readBigUInt64LE(at + entry.offset));
    end = Math.max(end, offset + Number(file.readBigUInt64LE(at + entry.fileSize)));
  }
  const stripped = Buffer.from(file.subarray(0, end));
  stripped.writeBigUInt64LE(0n, header.sectionTable);
  stripped.writeUInt16LE(0, header.sectionEntries);
  stripped.writeUInt16LE(0, header.sectionNames);
  return stripped;
}
