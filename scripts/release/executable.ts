import type { Platform } from "../executable/names";

/** For which platform a program is; undefined where it is none that we know. */
export function platformOf(program: Buffer): Platform | undefined {
  if (program.length < 64) return undefined;
  const found = (os: Platform["os"], amd64: number, arm64: number, machine: number): Platform | undefined =>
    machine === amd64 ? { os, arch: "amd64" } : machine === arm64 ? { os, arch: "arm64" } : undefined;
  // ELF
  if (program.readUInt32BE(0) === 0x7f454c46) return found("linux", 0x3e, 0xb7, program.readUInt16LE(18));
  // Mach-O, 64 bits
  if (program.readUInt32LE(0) === 0xfeedfacf)
    return found("darwin", 0x01000007, 0x0100000c, program.readUInt32LE(4));
  // PE, which lies behind a program for DOS
  const header = program.readUInt32LE(0x3c);
  if (program.toString("latin1", 0, 2) !== "MZ" || header + 6 > program.length) return undefined;
  if (program.toString("latin1", header, header + 4) !== "PE\0\0") return undefined;
  return found("windows", 0x8664, 0xaa64, program.readUInt16LE(header + 4));
}
