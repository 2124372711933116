/** By which address a configuration asks for the provider, until a registry has it under an owner's. */
export const sourceAddress = "pulumi-zuplo/zuplo";

/** Where Terraform and OpenTofu look for an address that names no host. */
export const defaultHosts = ["registry.terraform.io", "registry.opentofu.org"] as const;

/** The executable's name, to which a mirror adds the version. */
export const executable = "terraform-provider-zuplo";
