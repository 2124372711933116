import { type ConfigProblem, type Lookup, type ProviderConfig, readConfig } from "../provider/config";
import { Session } from "../provider/session";
import { settingNames } from "../provider/settings";
import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import { CliError, UsageError } from "./errors";
import { readSecret } from "./inputFile";
import {
  type FoundStack,
  readStackSettings,
  type StackSettingName,
  type StackSettings,
} from "./stackSettings";
import type { Terminal } from "./terminal";
import { optionOf, variableOf } from "./words";

/** The options that say which project is meant, and how it is reached. */
export interface ConnectionOptions {
  account?: string;
  project?: string;
  endpoint?: string;
  /** `-` stands for standard input. */
  apiKeyFile?: string;
  /** The stack of the Pulumi project in this folder, whose settings count where nothing else says them. */
  stack?: string;
}

type Given = Readonly<Record<string, string | undefined>>;

/**
 * The provider's own configuration: options first, then the environment, then what the stack of this folder has in
 * clear. What comes from a stack is said on standard error.
 */
export function connect(options: ConnectionOptions, environment: Lookup, terminal: Terminal): Session {
  const { account, project, endpoint, apiKeyFile } = options;
  const apiKey = apiKeyFile === undefined ? undefined : readKey(apiKeyFile, terminal);
  const given: Given = { account, project, endpoint, apiKey };
  const stack = readStackSettings(process.cwd(), environment, options.stack);
  const ofStack: Given =
    stack !== undefined && "values" in stack ? settingsOfStack(stack, given, environment) : {};
  const { config, problems } = readConfig(key => given[key] ?? ofStack[key], environment);
  const [problem] = problems;
  if (problem !== undefined) throw unusable(problem, given, ofStack);
  if (config.apiKey === undefined) throw noKey(stack);
  if (config.project === undefined) throw noProject(stack);
  if (stack !== undefined && "values" in stack) {
    if (ofStack.endpoint !== undefined) requireChosenKey(stack, apiKey);
    const used = Object.keys(ofStack);
    if (used.length > 0) terminal.error(`From ${quote(stack.file)}: ${enumerated(used.map(told(config)))}.`);
  }
  // A command says itself what it does; a warning is of what stands in its way, such as a record that cannot be written.
  const log = { info: () => {}, warn: (text: string) => terminal.error(text) };
  return new Session(config, { log });
}

/** What of a stack's settings counts. */
function settingsOfStack({ values }: StackSettings, given: Given, environment: Lookup): Given {
  const isFree = (name: StackSettingName) =>
    given[name] === undefined && (environment(variableOf(name)) ?? "").trim() === "";
  return Object.fromEntries(Object.entries(values).filter(([name]) => isFree(name as StackSettingName)));
}

function told(config: ProviderConfig): (name: string) => string {
  return name => `${name} '${quote(config[name as StackSettingName] ?? "")}'`;
}

/** A folder may be somebody else's: the environment's key goes only where its owner has said. */
function requireChosenKey({ file }: StackSettings, apiKey: string | undefined): void {
  if (apiKey !== undefined) return;
  throw new CliError(
    `ZUPLO_API_KEY is not sent to an endpoint that only ${quote(file)} names.`,
    "Give the same endpoint by --endpoint or ZUPLO_DEVELOPER_API_ENDPOINT, or the key by --api-key-file.",
    "ZUPLO1007",
  );
}

function noKey(stack: FoundStack | undefined): CliError {
  if (stack === undefined || !("encrypted" in stack) || !stack.encrypted.includes("apiKey")) {
    return new CliError(
      "The Zuplo API key is not set.",
      "Set ZUPLO_API_KEY, or give --api-key-file FILE (- reads standard input).",
      "ZUPLO1004",
    );
  }
  return new CliError(
    `The Zuplo API key is not set: the one in ${quote(stack.file)} is encrypted, and only Pulumi can read it.`,
    "Set ZUPLO_API_KEY, or send it: `pulumi config get zuplo:apiKey | pulumi-zuplo … --api-key-file -`.",
    "ZUPLO1004",
  );
}

function noProject(stack: FoundStack | undefined): CliError {
  const stacks = stack !== undefined && "stacks" in stack ? stack.stacks : [];
  const choice =
    stacks.length === 0 ? "" : `, or --stack with one of ${stacks.map(name => quote(name)).join(", ")}`;
  return new CliError(
    "The Zuplo project is not set.",
    `Give --project NAME, or set ZUPLO_PROJECT${choice}.`,
    "ZUPLO1004",
  );
}

/** Names what the value was read from: an option, the stack's configuration, or a variable of the environment. */
function unusable({ name: called, reason, code }: ConfigProblem, given: Given, ofStack: Given): CliError {
  const name = settingNames.find(known => known === called);
  if (name !== undefined && given[name] !== undefined) {
    const option = optionOf[name];
    // What stands in a file is no matter of the command line.
    if (name === "apiKey") return new CliError(`The file of ${option} ${reason}`, "Correct the file.", code);
    return new UsageError(`${option}: ${reason}`, "Correct it, or leave it out.", code);
  }
  if (name !== undefined && ofStack[name] !== undefined) {
    const remedy = `Correct it there, or give ${optionOf[name]}.`;
    return new CliError(`zuplo:${name} in the stack's configuration: ${reason}`, remedy, code);
  }
  const variable = name === undefined ? called : variableOf(name);
  return new CliError(`${variable} ${reason}`, `Correct ${variable}, or unset it.`, code);
}

function readKey(path: string, terminal: Terminal): string {
  const key = readSecret(path, "the API key", terminal).trim();
  if (key !== "") return key;
  const where = path === "-" ? "Standard input" : `The file ${quote(path)}`;
  throw new CliError(`${where} holds no API key.`, "Write the key there, and nothing else.", "ZUPLO1503");
}
