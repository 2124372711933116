/** What Terraform and OpenTofu need to run the provider of this checkout, without a registry. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sourceAddress } from "../../provider/adapters/terraformAddress";

const bin = resolve(__dirname, "../../bin");

/** Writes the command's own configuration into a folder. @returns the environment with which the command reads it. */
export function providerOfCheckout(folder: string): Record<string, string> {
  const file = join(folder, "cli.tfrc");
  const overrides = `dev_overrides { "${sourceAddress}" = ${JSON.stringify(bin)} }`;
  writeFileSync(file, `provider_installation {\n  ${overrides}\n  direct {}\n}\n`);
  return { TF_CLI_CONFIG_FILE: file, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" };
}
