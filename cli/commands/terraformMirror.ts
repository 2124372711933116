import type { Command } from "commander";
import { UsageError } from "../errors";
import { example, withHelp } from "../help";
import { writeMirror } from "../terraformMirror";
import type { Surroundings } from "./shared";

export function declareTerraformMirror(program: Command, { terminal }: Surroundings): void {
  const mirror = program
    .command("terraform-mirror")
    .description("lay out a folder from which Terraform and OpenTofu install the provider of this package")
    .argument("<dir>", "folder of the mirror; what is in it stays")
    .action((folder: string) => {
      // As where a variable of the shell is not set.
      if (folder === "")
        throw new UsageError("The folder of the mirror is empty.", "Give the path of a folder.");
      const { configuration, told } = writeMirror(folder);
      terminal.error(...told);
      terminal.out(...configuration);
    });
  withHelp(mirror, {
    examples: [
      example(
        "the mirror, and the configuration that makes Terraform use it",
        "pulumi-zuplo terraform-mirror ~/.zuplo-mirror > zuplo.tfrc",
        "export TF_CLI_CONFIG_FILE=$PWD/zuplo.tfrc",
      ),
    ],
  });
}
