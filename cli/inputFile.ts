import { isatty } from "node:tty";
import { readRegularFile, readStandardInput, sharedWarning, type Unread } from "../provider/boundedFile";
import { maxPemLength } from "../provider/certificates/parse";
import { quote } from "../provider/text/redact";
import { CliError } from "./errors";
import { paint, type Terminal } from "./terminal";

/** Most bytes of a PEM file, and of a file that holds an API key. */
const maxTextBytes = maxPemLength;

/** The same as `readText`, with a warning where others may read the file, too. */
export function readSecret(path: string, what: string, terminal: Terminal): string {
  const { text, isShared } = readBounded(path, what, maxTextBytes);
  if (isShared) terminal.error([paint("yellow", "warning:"), ` ${sharedWarning(path, what)}`]);
  return text;
}

/** The text of a regular file, or that of standard input for `-`. `what` it is goes into the error. */
export function readText(path: string, what: string, maxBytes = maxTextBytes): string {
  return readBounded(path, what, maxBytes).text;
}

function readBounded(path: string, what: string, maxBytes: number): { text: string; isShared: boolean } {
  if (path === "-" && isatty(0)) {
    throw new CliError(
      `Standard input is a terminal, where everybody would see ${what}.`,
      "Send it through a pipe, or name a file.",
      "ZUPLO1503",
    );
  }
  const read = path === "-" ? readStandardInput(maxBytes) : readRegularFile(path, maxBytes);
  if ("text" in read) return read;
  const where = path === "-" ? "Standard input" : isKey(path) ? "What was given as a path" : quote(path);
  throw new CliError(`${where}: ${reasonOf(read, maxBytes)}.`, remedyOf(read, what), "ZUPLO1503");
}

/** Somebody has given the key itself where the path of its file belongs. */
function isKey(path: string): boolean {
  return path.startsWith("zpka_");
}

function reasonOf(unread: Unread, maxBytes: number): string {
  switch (unread.kind) {
    case "missing":
      return "there is no such file";
    case "folder":
      return "this is a folder";
    case "irregular":
      return "this is not a regular file";
    case "tooLong":
      return `it is longer than ${maxBytes / 1024} KiB`;
    case "failed":
      return `it cannot be read (${unread.code})`;
  }
}

function remedyOf({ kind }: Unread, what: string): string {
  if (kind === "irregular") return `Write ${what} to a file, or give - and send it to standard input.`;
  if (kind === "tooLong") return `Give ${what}, and nothing else.`;
  return `Give the path of ${what}, as it is seen from this folder.`;
}
