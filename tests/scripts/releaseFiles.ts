/** A release in small: real archives, with programs that have nothing but their first bytes. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, writeTarball, writeZip } from "../../scripts/executable/archive";
import {
  type Archive,
  archivesOf,
  type Platform,
  type Release,
  sbom,
  sums,
  terraformManifest,
  terraformSums,
} from "../../scripts/executable/names";

/** What makes a file a program of a platform. */
export function programFor({ os, arch }: Platform): Buffer {
  const program = Buffer.alloc(256);
  const machine = (amd64: number, arm64: number) => (arch === "amd64" ? amd64 : arm64);
  if (os === "linux") {
    program.write("\x7fELF", "latin1");
    program.writeUInt16LE(machine(0x3e, 0xb7), 18);
  } else if (os === "darwin") {
    program.writeUInt32LE(0xfeedfacf);
    program.writeUInt32LE(machine(0x01000007, 0x0100000c), 4);
  } else {
    program.write("MZ", "latin1");
    program.writeUInt32LE(0x80, 0x3c);
    program.write("PE\0\0", 0x80, "latin1");
    program.writeUInt16LE(machine(0x8664, 0xaa64), 0x84);
  }
  return program;
}

/** The files of an archive, by name. */
export type Contents = Record<string, { content: string | Buffer; mode?: number }>;

export function contentsOf({ program, platform }: Archive): Contents {
  return {
    [program]: { content: programFor(platform), mode: 0o755 },
    LICENSE: { content: "Apache-2.0\n" },
    THIRD_PARTY_LICENSES: { content: "of others\n" },
  };
}

export async function pack(file: string, contents: Contents): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-packing-"));
  try {
    const entries = Object.entries(contents).map(([name, { content, mode }]): Entry => {
      writeFileSync(join(folder, name), content);
      return { name, file: join(folder, name), ...(mode === 0o755 && { isExecutable: true }) };
    });
    const write = file.endsWith(".zip") ? writeZip : writeTarball;
    await write(file, entries, new Date("2026-01-01T00:00:00Z"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything that a release has to have. */
export async function writeRelease(folder: string, release: Release): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const archive of archivesOf(release)) await pack(join(folder, archive.name), contentsOf(archive));
  const json = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
  json(terraformManifest(release), { version: 1, metadata: { protocol_versions: ["6.0"] } });
  const packages = [{ name: "pulumi-zuplo", versionInfo: release.version }];
  json(sbom, { spdxVersion: "SPDX-2.3", packages });
  writeSums(folder, release);
}

/** The lists of checksums, of what is there now. */
export function writeSums(folder: string, release: Release): void {
  const names = readdirSync(folder)
    .filter(name => !name.endsWith(sums))
    .sort();
  const line = (name: string) =>
    `${createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex")}  ${name}\n`;
  writeFileSync(join(folder, sums), names.map(line).join(""));
  const forTerraform = names.filter(name => name.startsWith("terraform-provider-zuplo_"));
  writeFileSync(join(folder, terraformSums(release)), forTerraform.map(line).join(""));
}
