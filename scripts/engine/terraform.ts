/** What Terraform and OpenTofu need to run a provider that is in no registry. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sourceAddress } from "../../provider/adapters/terraformAddress";

/** By which a provider knows that an engine has started it. */
export const startedByEngine = {
  TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

const bin = resolve(__dirname, "../../bin");

/**
 * Writes the command's own configuration into a folder.
 *
 * @param providers folders of providers by their source addresses
 * @returns the environment with which the command reads it
 */
export function providersIn(folder: string, providers: Record<string, string>): Record<string, string> {
  const file = join(folder, "cli.tfrc");
  const lines = Object.entries(providers).map(
    ([address, place]) => `    ${JSON.stringify(address)} = ${JSON.stringify(place)}\n`,
  );
  const overrides = `  dev_overrides {\n${lines.join("")}  }\n`;
  writeFileSync(file, `provider_installation {\n${overrides}  direct {}\n}\n`);
  return { TF_CLI_CONFIG_FILE: file, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" };
}

/** The same, for the provider of this checkout. */
export function providerOfCheckout(folder: string): Record<string, string> {
  return providersIn(folder, { [sourceAddress]: bin });
}
