import type { Command } from "commander";
import { example, withHelp } from "../help";
import { type PruneOptions, runPrune } from "../pruneCommand";
import { type Surroundings, withConnection } from "./shared";

export function declarePrune(program: Command, { terminal, environment, end }: Surroundings): void {
  const prune = withConnection(program.command("prune"))
    .description("delete old certificates that nobody uses any more; without --yes, only list them")
    .argument("[certificate]", "name, id, or a prefix with lineage, such as backend_prod_8d80")
    .option(
      "--stack-export <file>",
      "JSON of `pulumi stack export`, - for standard input: prunes what its certificates left behind",
    )
    .option("--yes", "delete it")
    .option("--json", "one JSON object instead of a table")
    .action(async (text: string | undefined, options: PruneOptions) =>
      end(await runPrune(text, options, terminal, environment)),
    );
  withHelp(prune, {
    examples: [
      example("what could go of one lineage", "pulumi-zuplo prune backend_prod_8d80"),
      example(
        "what the certificates of a stack have left",
        "pulumi stack export | pulumi-zuplo prune --stack-export -",
      ),
      example("delete it", "pulumi-zuplo prune backend_prod_8d80 --yes"),
    ],
  });
}
