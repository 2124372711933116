import { readFileSync, statSync } from "node:fs";
import { readStandardInput } from "../../provider/boundedFile";
import { type Entry, entrySchema } from "../../provider/record/entry";
import { quote } from "../../provider/text/redact";
import { CliError } from "../errors";

const maxRecordBytes = 256 * 1024 * 1024;

/** Reads records, each file once, and puts their entries in the order of time. */
export function readRecords(files: readonly string[]): Entry[] {
  const places = new Map(files.map(file => [placeOnDisk(file) ?? file, file]));
  const entries = [...places.values()].flatMap(readRecord);
  if (entries.length === 0)
    throw new CliError(
      "There is nothing in the record.",
      "A run writes to it only when it does something at Zuplo. Give a file that `record` or ZUPLO_RECORD names.",
      "ZUPLO1503",
    );
  return entries.sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}

/** The same for all names of one file; undefined where there is none yet. */
export function placeOnDisk(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file);
    return `${dev}/${ino}`;
  } catch {
    return undefined;
  }
}

function readRecord(file: string): Entry[] {
  let text: string;
  try {
    text = file === "-" ? readRecordFromInput() : readFileSync(file, "utf8");
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `'${quote(file)}' cannot be read: ${quote(problem)}.`,
      "Give the file of a record.",
      "ZUPLO1503",
    );
  }
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const entry = entrySchema.safeParse(parsed(line));
    if (entry.success) return [entry.data];
    // A run that was killed may have left its last line unfinished, and another one goes on behind it.
    if (index === lines.length - 1 || isCutOff(line)) return [];
    throw new CliError(
      `Line ${index + 1} of '${quote(file)}' is not an entry of a record that this version can read.`,
      "Give the file as it was written, and use the version of pulumi-zuplo that wrote it, or a newer one.",
      "ZUPLO1503",
    );
  });
}

/** What another command writes may come slowly: a pipe that has nothing yet is not at its end. */
function readRecordFromInput(): string {
  const read = readStandardInput(maxRecordBytes);
  if ("text" in read) return read.text;
  throw new Error(
    read.kind === "failed" ? read.code : `it is longer than ${maxRecordBytes / 1024 / 1024} MiB`,
  );
}

const beginning = '{"version":';

/** The beginning of an entry, and no more. */
function isCutOff(line: string): boolean {
  return parsed(line) === undefined && (line.startsWith(beginning) || beginning.startsWith(line));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
