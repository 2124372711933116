import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { writeTarball, writeZip } from "./archive";
import { archivesOf, isForTerraform, sums, terraformManifest, terraformSums } from "./names";
import type { Target } from "./targets";

/** What an archive of one platform is made from. */
export interface Built {
  target: Target;
  executable: string;
  /** The licence of this package, and those of all that is in the executable. */
  licenses: readonly string[];
}

/** Writes what a platform gets: the plugin as Pulumi's engine wants it, the provider as Terraform does, and the CLI. @returns their files. */
export function writeArchives(folder: string, version: string, built: Built, date: Date): Promise<string[]> {
  const { target, executable, licenses } = built;
  const others = licenses.map(file => ({ name: basename(file), file }));
  return Promise.all(
    archivesOf({ version, platforms: [target] }).map(async ({ name, program }) => {
      const file = join(folder, name);
      const write = name.endsWith(".zip") ? writeZip : writeTarball;
      await write(file, [{ name: program, file: executable, isExecutable: true }, ...others], date);
      return file;
    }),
  );
}

/** What Terraform's registry reads of a release. @returns its file. */
export function writeTerraformManifest(folder: string, version: string): string {
  const file = join(folder, terraformManifest({ version }));
  writeFileSync(
    file,
    `${JSON.stringify({ version: 1, metadata: { protocol_versions: ["6.0"] } }, undefined, 2)}\n`,
  );
  return file;
}

/** Writes the checksums of a release, and those of its provider, which Terraform's registry wants by themselves. */
export function writeChecksums(folder: string, version: string, files: readonly string[]): void {
  const line = (file: string) =>
    `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${basename(file)}\n`;
  const lines = files
    .map(file => ({ name: basename(file), text: line(file) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const write = (name: string, of: typeof lines) =>
    writeFileSync(join(folder, name), of.map(({ text }) => text).join(""));
  write(sums, lines);
  write(
    terraformSums({ version }),
    lines.filter(({ name }) => isForTerraform(name)),
  );
}

/** Lays out the licences beside an executable. @returns their files. */
export function writeLicenses(folder: string, own: string, thirdParty: string): string[] {
  mkdirSync(folder, { recursive: true });
  const [license, others] = [join(folder, "LICENSE"), join(folder, "THIRD_PARTY_LICENSES")];
  copyFileSync(own, license);
  writeFileSync(others, thirdParty);
  return [license, others];
}
