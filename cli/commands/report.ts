import { type Command, Option } from "commander";
import { example, withHelp } from "../help";
import { type ReportOptions, reportFormats, runReport } from "../reportCommand";
import type { Surroundings } from "./shared";

export function declareReport(program: Command, { terminal, end }: Surroundings): void {
  const report = program
    .command("report")
    .description("make a page of a rotation from its record, or a short text for a change ticket")
    .argument(
      "<file...>",
      "what `record` or ZUPLO_RECORD has kept, of one run or of several; - for standard input",
    )
    .addOption(
      new Option("--format <format>", "a page, or a text").choices(reportFormats).default("html" as const),
    )
    .option(
      "--output <file>",
      "where to write it, - for standard output (default: rotation.html; the text: -)",
    )
    .action((files: string[], options: ReportOptions) => end(runReport(files, options, terminal)));
  withHelp(report, {
    examples: [
      example("rotation.html", "pulumi-zuplo report records/*.jsonl"),
      example("the text of a ticket", "pulumi-zuplo report records/*.jsonl --format markdown"),
    ],
  });
}
