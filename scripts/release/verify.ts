/** Says whether the files of a release are what those who download them expect. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import {
  type Archive,
  archivesOf,
  filesOf,
  isForTerraform,
  type Release,
  sbom,
  sums,
  terraformManifest,
  terraformSums,
} from "../executable/names";
import { type Entry, entriesOf } from "./archive";
import { platformOf } from "./executable";

/** A folder of files, or what a test puts in its place. */
export interface Files {
  names(): string[];
  read(name: string): Buffer;
}

export function filesIn(folder: string): Files {
  return {
    names: () => readdirSync(folder).sort(),
    read: name => readFileSync(join(folder, name)),
  };
}

const licences = ["LICENSE", "THIRD_PARTY_LICENSES"];

/** What Terraform's registries want to know before they serve a provider. */
const Manifest = z.strictObject({
  version: z.literal(1),
  metadata: z.strictObject({ protocol_versions: z.tuple([z.literal("6.0")]) }),
});

/** What is wrong, a sentence for each; nothing where all is well. */
export async function problemsOf(files: Files, release: Release): Promise<string[]> {
  const named = problemsOfNames(files, release);
  // What follows reads what has to be there.
  if (named.length > 0) return named;
  const archives: string[] = [];
  // One after the other: each of them is large.
  for (const archive of archivesOf(release)) archives.push(...(await problemsOfArchive(files, archive)));
  return [
    ...problemsOfSums(files, release),
    ...archives,
    ...problemsOfManifest(files, release),
    ...problemsOfSbom(files, release),
  ];
}

function problemsOfNames(files: Files, release: Release): string[] {
  const expected = filesOf(release);
  const found = files.names();
  // The signature is made later, by whoever has the key.
  const known = new Set([...expected, `${terraformSums(release)}.sig`]);
  return [
    ...expected.filter(name => !found.includes(name)).map(name => `${name} is missing.`),
    ...found.filter(name => !known.has(name)).map(name => `${name} does not belong to the release.`),
  ];
}

/** The lists of checksums, with the files that each must have. */
function listsOf(release: Release): { list: string; expected: string[] }[] {
  const content = filesOf(release).filter(name => !name.endsWith(sums));
  const forTerraform = content.filter(name => isForTerraform(name));
  return [
    { list: sums, expected: content },
    { list: terraformSums(release), expected: forTerraform },
  ];
}

function problemsOfSums(files: Files, release: Release): string[] {
  return listsOf(release).flatMap(({ list, expected }) => {
    const told = readSums(files.read(list));
    if (typeof told === "string") return [`${list} ${told}.`];
    return [
      ...expected.filter(name => !told.has(name)).map(name => `${list} lacks ${name}.`),
      ...[...told].flatMap(([name, hash]) => {
        if (!expected.includes(name)) return [`${list} has ${name}, which does not belong there.`];
        return isWhole(files.read(name), hash) ? [] : [`${name} is not what ${list} says.`];
      }),
    ];
  });
}

/** Checksums by name, or what is wrong with the list. */
function readSums(list: Buffer): Map<string, string> | string {
  const lines = list.toString("utf8").split("\n");
  if (lines.pop() !== "") return "does not end with a line end";
  const told = new Map<string, string>();
  for (const line of lines) {
    const [, hash, name] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
    if (hash === undefined || name === undefined) return `has a line that is no checksum: ${line}`;
    if (told.has(name)) return `has ${name} twice`;
    told.set(name, hash);
  }
  return told;
}

function isWhole(bytes: Buffer, hash: string): boolean {
  return createHash("sha256").update(bytes).digest("hex") === hash;
}

/** The files that would still pass with one bit turned over: none, where the lists are what they should be. */
export function unguarded(files: Files, release: Release): string[] {
  return listsOf(release).flatMap(({ list, expected }) => {
    const told = readSums(files.read(list));
    return expected.filter(name => {
      const bytes = Buffer.from(files.read(name));
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      const hash = typeof told === "string" ? undefined : told.get(name);
      return hash === undefined || isWhole(bytes, hash);
    });
  });
}

async function problemsOfArchive(files: Files, archive: Archive): Promise<string[]> {
  const { name, program, platform } = archive;
  let entries: Entry[];
  try {
    entries = await entriesOf(name, files.read(name));
  } catch (error) {
    return [`${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}.`];
  }
  const paths = entries.map(({ path }) => path).sort();
  const expected = [program, ...licences].sort();
  if (!isDeepStrictEqual(paths, expected))
    return [`${name} has ${paths.join(", ") || "nothing"} in it, and not ${expected.join(", ")}.`];
  const problems = entries
    .filter(({ content }) => content.length === 0)
    .map(({ path }) => `${name} has an empty ${path}.`);
  const { mode, content } = entries.find(({ path }) => path === program) ?? { mode: 0, content: Buffer.of() };
  // Windows goes by the name.
  if (platform.os !== "windows" && (mode & 0o777) !== 0o755)
    problems.push(`${name} has ${program} with mode ${mode.toString(8)}, and not 755.`);
  const found = platformOf(content);
  if (found?.os !== platform.os || found.arch !== platform.arch) {
    const whose = found === undefined ? "no platform that is known" : `${found.os} ${found.arch}`;
    problems.push(`${name} has a program for ${whose}.`);
  }
  return problems;
}

function problemsOfManifest(files: Files, release: Release): string[] {
  const name = terraformManifest(release);
  return Manifest.safeParse(jsonOf(files, name)).success ? [] : [`${name} does not name protocol 6.0.`];
}

function problemsOfSbom(files: Files, { version }: Release): string[] {
  const Sbom = z.looseObject({
    spdxVersion: z.string().startsWith("SPDX-"),
    packages: z.array(z.looseObject({ name: z.string(), versionInfo: z.string().optional() })),
  });
  const { data } = Sbom.safeParse(jsonOf(files, sbom));
  if (data === undefined) return [`${sbom} is no list of packages in the form of SPDX.`];
  const own = data.packages.some(
    ({ name, versionInfo }) => name === "pulumi-zuplo" && versionInfo === version,
  );
  return own ? [] : [`${sbom} does not describe pulumi-zuplo ${version}.`];
}

/** Undefined where it is no JSON, which no schema takes. */
function jsonOf(files: Files, name: string): unknown {
  try {
    return JSON.parse(files.read(name).toString("utf8"));
  } catch {
    return undefined;
  }
}
