import { type Command, Option } from "commander";
import { example, withHelp } from "../help";
import { type Language, languages } from "../init";
import { type InitOptions, runInit } from "../initCommand";
import { type Surroundings, withConnection } from "./shared";

export function declareInit(program: Command, { terminal, environment, end }: Surroundings): void {
  const init = withConnection(program.command("init"))
    .description(
      "write a project to start from, or a program for what a Zuplo project already has; never overwrites a file",
    )
    .argument("[dir]", "folder of the project", ".")
    .addOption(
      new Option(
        "--language <language>",
        "language of the program; terraform: a configuration for Terraform and OpenTofu",
      )
        .choices(languages)
        .default("typescript" satisfies Language),
    )
    .option(
      "--from-project",
      "write the program for the certificates, variables and deployments that the project already has, with their imports",
    )
    .option("--certificates <dir>", "with --from-project: folder with the PEM files of the certificates")
    .action(async (folder: string, options: InitOptions) =>
      end(await runInit(folder, options, terminal, environment)),
    );
  withHelp(init, {
    examples: [
      example("in TypeScript, in the folder shop", "pulumi-zuplo init shop"),
      example("in YAML", "pulumi-zuplo init shop-yaml --language yaml"),
      example("for Terraform or OpenTofu", "pulumi-zuplo init shop-terraform --language terraform"),
      example(
        "take over what was made by hand: the first run imports it, and changes nothing",
        "pulumi-zuplo init gateway --from-project --certificates certs",
      ),
    ],
  });
}
