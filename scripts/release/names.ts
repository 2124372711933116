/** What a release consists of, by name. */

import type { Target } from "../executable/targets";

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

/** Terraform's registries read these by their names. */
export const terraformSums = ({ version }: Release) => `terraform-provider-zuplo_${version}_${sums}`;
export const terraformManifest = ({ version }: Release) =>
  `terraform-provider-zuplo_${version}_manifest.json`;

export function archivesOf({ version, platforms }: Release): Archive[] {
  return platforms.flatMap(platform => {
    const { os, arch } = platform;
    const exe = os === "windows" ? ".exe" : "";
    const packed = (name: string, program: string) => ({ name, program: `${program}${exe}`, platform });
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
