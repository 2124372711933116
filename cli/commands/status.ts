import { type Command, Option } from "commander";
import { parseLongDuration } from "../arguments";
import { example, withHelp } from "../help";
import { runStatus, type StatusOptions, statusFormats } from "../statusCommand";
import { type Surroundings, withConnection } from "./shared";

export function declareStatus(program: Command, { terminal, environment, end }: Surroundings): void {
  const status = withConnection(program.command("status"))
    .description("show the certificates of a project, when they expire, and who uses them")
    .option(
      "--within <duration>",
      "exit with 2 when a certificate expires within this time, such as 30d",
      parseLongDuration,
    )
    .addOption(
      new Option("--format <format>", "output format; prometheus: metrics in the text format 0.0.4")
        .choices(statusFormats)
        .default("table" satisfies StatusOptions["format"])
        .conflicts("json"),
    )
    .option("--json", "one JSON object, as --format json")
    .option(
      "--stack-export <file>",
      "JSON of `pulumi stack export`, - for standard input: shows more about a rotation that is under way",
    )
    .action(async (options: StatusOptions) => end(await runStatus(options, terminal, environment)));
  withHelp(status, {
    examples: [
      example("every certificate, who uses it and when it expires", "pulumi-zuplo status"),
      example("end with 2 where one expires within 30 days", "pulumi-zuplo status --within 30d"),
      example("of a project other than that of this folder's stack", "pulumi-zuplo status --project gateway"),
      example("metrics for Prometheus", "pulumi-zuplo status --format prometheus > zuplo.prom"),
    ],
    expiring: "a certificate expires within the time of --within",
  });
}
