import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, type ExitCode, exitCodes } from "./errors";
import { markdownOf } from "./report/markdown";
import { placeOnDisk, readRecords } from "./report/readRecord";
import { rotationOf } from "./report/rotation";
import { rotationPage } from "./report/rotationPage";
import type { Terminal } from "./terminal";
import { inCommandWords } from "./words";

export const reportFormats = ["html", "markdown"] as const;

export interface ReportOptions {
  format: (typeof reportFormats)[number];
  output?: string;
}

/** Makes a page, or a text for a ticket, from the records of a rotation. */
export function runReport(files: readonly string[], options: ReportOptions, terminal: Terminal): ExitCode {
  const entries = readRecords(files);
  requireOther(files, options.output);
  const rotation = rotationOf(entries);
  const text = options.format === "html" ? rotationPage(entries, rotation) : markdownOf(rotation);
  const output = options.output ?? (options.format === "html" ? "rotation.html" : "-");
  if (output === "-") {
    terminal.out(...text.trimEnd().split("\n"));
    return exitCodes.ok;
  }
  try {
    writeFileSync(output, inCommandWords(text));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CliError(`The report cannot be written: ${problem}.`, "Give another --output.", "ZUPLO1503");
  }
  terminal.out(`The report: ${resolve(output)}`);
  return exitCodes.ok;
}

/** A record is perhaps the only trace of a rotation. */
function requireOther(files: readonly string[], output: string | undefined): void {
  const target = output === undefined ? undefined : placeOnDisk(output);
  if (target === undefined || !files.some(file => file !== "-" && placeOnDisk(file) === target)) return;
  throw new CliError(
    "--output is one of the records, which the report would overwrite.",
    "Give another --output.",
    "ZUPLO1503",
  );
}
