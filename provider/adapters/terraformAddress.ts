import { type Repository, repository } from "../repository";

/** By which address a configuration asks for the provider: its owner's, which the engines write in lower case. */
export function sourceAddressOf(repository: Repository | undefined): string {
  return `${repository?.owner.toLowerCase() ?? "pulumi-zuplo"}/zuplo`;
}

export const sourceAddress = sourceAddressOf(repository);

/** Where Terraform and OpenTofu look for an address that names no host. */
export const defaultHosts = ["registry.terraform.io", "registry.opentofu.org"] as const;

/** The executable's name, to which a mirror adds the version. */
export const executable = "terraform-provider-zuplo";
