import type { Command } from "commander";
import { parseDuration } from "../arguments";
import { example, withHelp } from "../help";
import { type ReleaseOptions, runRelease } from "../releaseCommand";
import { type Surroundings, withConnection } from "./shared";

export function declareRelease(program: Command, { terminal, environment, end }: Surroundings): void {
  const release = withConnection(program.command("release"))
    .description("take a certificate out of branches that still use it; without --yes, only show how")
    .argument("<certificate>", "name of the certificate")
    .requiredOption("--branch <branch...>", "branches whose variables are changed, and that are redeployed")
    .requiredOption(
      "--value <value>",
      "what the variables are set to: another certificate's name, or what the code expects",
    )
    .option("--variable <name>", "the variable that names it, if Zuplo does not show its value")
    .option("--ignore-unread", "assume that other branches whose variables cannot be read do not use it")
    .option("--timeout <duration>", "how long to wait for each build (default: 10m)", parseDuration)
    .option("--yes", "do it")
    .action(async (name: string, options: ReleaseOptions) =>
      end(await runRelease(name, options, terminal, environment)),
    );
  withHelp(release, {
    examples: [
      example(
        "how main would get the certificate NAME instead",
        "pulumi-zuplo release backend_prod_8d804666e4d5 --branch main --value NAME",
      ),
      example(
        "do it, on two branches",
        "pulumi-zuplo release backend_prod_8d804666e4d5 --branch staging --branch main --value NAME --yes",
      ),
    ],
  });
}
