/** What a release consists of, by name. */

import { extensionOf, type Target } from "./targets";

/** A platform as Go names it, which is what the engines ask for. */
export type Platform = Pick<Target, "os" | "arch">;

/** An archive, and the program that is in it. */
export interface Archive {
  name: string;
  program: string;
  platform: Platform;
}

/** The files of one version, for some platforms. */
export interface Release {
  version: string;
  platforms: readonly Platform[];
}

export const sums = "SHA256SUMS";
export const sbom = "sbom.spdx.json";

type Version = Pick<Release, "version">;

/** Terraform's registries read these by their names. */
export const terraformSums = ({ version }: Version) => `terraform-provider-zuplo_${version}_${sums}`;
export const terraformManifest = ({ version }: Version) =>
  `terraform-provider-zuplo_${version}_manifest.json`;
/** Whether it belongs in the list of checksums that they read. */
export const isForTerraform = (name: string) => name.startsWith("terraform-provider-zuplo_");

export function archivesOf({ version, platforms }: Release): Archive[] {
  return platforms.flatMap(platform => {
    const { os, arch } = platform;
    const extension = extensionOf(platform);
    const packed = (name: string, program: string) => ({ name, program: `${program}${extension}`, platform });
    return [
      packed(`pulumi-resource-zuplo-v${version}-${os}-${arch}.tar.gz`, "pulumi-resource-zuplo"),
      packed(`terraform-provider-zuplo_${version}_${os}_${arch}.zip`, `terraform-provider-zuplo_v${version}`),
      packed(`pulumi-zuplo-v${version}-${os}-${arch}.tar.gz`, "pulumi-zuplo"),
    ];
  });
}

/** Every file that a release must have. */
export function filesOf(release: Release): string[] {
  const others = [terraformManifest(release), terraformSums(release), sums, sbom];
  return [...archivesOf(release).map(({ name }) => name), ...others].sort();
}
