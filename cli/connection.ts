import { isatty } from "node:tty";
import { readRegularFile, readStandardInput, sharedWarning, type Unread } from "../provider/boundedFile";
import { maxPemLength } from "../provider/certificates/parse";
import { type Lookup, readConfig } from "../provider/config";
import { Session } from "../provider/session";
import { quote } from "../provider/text/redact";
import { say } from "../provider/text/vocabulary";
import { CliError } from "./errors";
import { paint, type Terminal } from "./terminal";

/** The options that say which project is meant, and how it is reached. */
export interface ConnectionOptions {
  account?: string;
  project?: string;
  endpoint?: string;
  /** `-` stands for standard input. */
  apiKeyFile?: string;
}

const remedies: Record<string, string> = {
  [say.setting("endpoint")]: "Correct --endpoint or ZUPLO_DEVELOPER_API_ENDPOINT, or leave both out.",
  NODE_DEBUG: "Run the command again without it.",
  DEBUG: "Run the command again without it.",
  [say.setting("apiKey")]: "Correct ZUPLO_API_KEY, or the file of --api-key-file.",
  [say.setting("settle")]: "Correct ZUPLO_SETTLE, or leave it out.",
  [say.setting("callTimeout")]: "Correct ZUPLO_CALL_TIMEOUT, or leave it out.",
};

/** The provider's own configuration, with options in the place of what `pulumi config set` stored. */
export function connect(options: ConnectionOptions, environment: Lookup, terminal: Terminal): Session {
  const given: Record<string, string | undefined> = {
    account: options.account,
    project: options.project,
    endpoint: options.endpoint,
    apiKey: options.apiKeyFile === undefined ? undefined : readKey(options.apiKeyFile, terminal),
  };
  const { config, problems } = readConfig(key => given[key], environment);
  const [problem] = problems;
  if (problem !== undefined) {
    const { setting, reason, code } = problem;
    const name = setting === say.setting("endpoint") ? "The developer API" : setting;
    throw new CliError(`${name}: ${reason}`, remedies[setting] ?? "Correct it.", code);
  }
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
