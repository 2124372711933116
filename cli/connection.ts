import { isatty } from "node:tty";
import { readRegularFile, readStandardInput, sharedWarning, type Unread } from "../provider/boundedFile";
import { maxPemLength } from "../provider/certificates/parse";
import { type ConfigProblem, type Lookup, readConfig } from "../provider/config";
import { Session } from "../provider/session";
import { settingNames } from "../provider/settings";
import { quote } from "../provider/text/redact";
import { say } from "../provider/text/vocabulary";
import { CliError, UsageError } from "./errors";
import { paint, type Terminal } from "./terminal";
import { optionOf, variableOf } from "./words";

/** The options that say which project is meant, and how it is reached. */
export interface ConnectionOptions {
  account?: string;
  project?: string;
  endpoint?: string;
  /** `-` stands for standard input. */
  apiKeyFile?: string;
}

/** The provider's own configuration, with options in the place of what an engine has stored. */
export function connect(options: ConnectionOptions, environment: Lookup, terminal: Terminal): Session {
  const { account, project, endpoint, apiKeyFile } = options;
  const apiKey = apiKeyFile === undefined ? undefined : readKey(apiKeyFile, terminal);
  const given: Readonly<Record<string, string | undefined>> = { account, project, endpoint, apiKey };
  const { config, problems } = readConfig(key => given[key], environment);
  const [problem] = problems;
  if (problem !== undefined) throw unusable(problem, given);
  if (config.apiKey === undefined) {
    throw new CliError(
      "The Zuplo API key is not set.",
      "Set ZUPLO_API_KEY, or give --api-key-file FILE (- reads standard input).",
      "ZUPLO1004",
    );
  }
  if (config.project === undefined) {
    const remedy = "Give --project NAME, or set ZUPLO_PROJECT.";
    throw new CliError("The Zuplo project is not set.", remedy, "ZUPLO1004");
  }
  const silent = { info: () => {}, warn: () => {} };
  return new Session(config, silent);
}

/** Names what the value was read from: an option, or a variable of the environment. */
function unusable(
  { setting, reason, code }: ConfigProblem,
  given: Readonly<Record<string, string | undefined>>,
): CliError {
  const name = settingNames.find(known => say.setting(known) === setting);
  if (name !== undefined && given[name] !== undefined) {
    const option = optionOf[name];
    // What stands in a file is no matter of the command line.
    if (name === "apiKey") return new CliError(`The file of ${option} ${reason}`, "Correct the file.", code);
    return new UsageError(`${option}: ${reason}`, "Correct it, or leave it out.", code);
  }
  const variable = name === undefined ? setting : variableOf(name);
  return new CliError(`${variable} ${reason}`, `Correct ${variable}, or unset it.`, code);
}

function readKey(path: string, terminal: Terminal): string {
  const key = readSecret(path, "the API key", terminal).trim();
  if (key !== "") return key;
  const where = path === "-" ? "Standard input" : `The file ${quote(path)}`;
  throw new CliError(`${where} holds no API key.`, "Write the key there, and nothing else.", "ZUPLO1503");
}

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
  const where = path === "-" ? "Standard input" : quote(path);
  throw new CliError(`${where}: ${reasonOf(read, maxBytes)}.`, remedyOf(read, what), "ZUPLO1503");
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
