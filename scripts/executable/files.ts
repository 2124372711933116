import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Entry, writeTarball, writeZip } from "./archive";
import { extensionOf, type Target } from "./targets";

/** What an archive of one platform is made from. */
export interface Built {
  target: Target;
  executable: string;
  /** The licence of this package, and those of all that is in the executable. */
  licenses: readonly string[];
}

/** Writes what a platform gets: the plugin as Pulumi's engine wants it, the provider as Terraform does, and the CLI. @returns their files. */
export async function writeArchives(
  folder: string,
  version: string,
  built: Built,
  date: Date,
): Promise<string[]> {
  const { os, arch } = built.target;
  const extension = extensionOf(built.target);
  const entries = (program: string): Entry[] => [
    { name: `${program}${extension}`, file: built.executable, isExecutable: true },
    ...built.licenses.map(file => ({ name: basename(file), file })),
  ];
  const tarballs = ["pulumi-resource-zuplo", "pulumi-zuplo"].map(async program => {
    const file = join(folder, `${program}-v${version}-${os}-${arch}.tar.gz`);
    await writeTarball(file, entries(program), date);
    return file;
  });
  const zip = join(folder, `terraform-provider-zuplo_${version}_${os}_${arch}.zip`);
  await writeZip(zip, entries(`terraform-provider-zuplo_v${version}`), date);
  return [...(await Promise.all(tarballs)), zip];
}

/** What Terraform's registry reads of a release. @returns its file. */
export function writeTerraformManifest(folder: string, version: string): string {
  const file = join(folder, `terraform-provider-zuplo_${version}_manifest.json`);
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
  write("SHA256SUMS", lines);
  const provider = `terraform-provider-zuplo_${version}_`;
  write(
    `${provider}SHA256SUMS`,
    lines.filter(({ name }) => name.startsWith(provider)),
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
