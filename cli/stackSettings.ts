import { createHash } from "node:crypto";
import { readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { readRegularFile } from "../provider/boundedFile";
import type { Lookup } from "../provider/config";
import { enumerated } from "../provider/text/enumerated";
import { quote } from "../provider/text/redact";
import { CliError } from "./errors";

/** The settings that are read from a stack: none of them is a secret. */
const stackSettingNames = ["account", "project", "endpoint"] as const;
export type StackSettingName = (typeof stackSettingNames)[number];

/** What the configuration of a Pulumi stack says of this provider, without the engine and without the program. */
export interface StackSettings {
  /** The file of the stack, as a message names it. */
  file: string;
  /** Those that stand there in clear. */
  values: Partial<Record<StackSettingName, string>>;
  /** Those that stand there encrypted: nobody but the engine can read them. */
  encrypted: readonly string[];
}

/** Where this folder has no such stack, the names of those it has. */
export type FoundStack = StackSettings | { stacks: readonly string[] };

/** A file that is longer is no configuration. */
const maxFileBytes = 1024 * 1024;
const endings = ["yaml", "yml", "json"];

const projectSchema = z.looseObject({
  name: z.string(),
  config: z.unknown().optional(),
  stackConfigDir: z.string().optional().catch(undefined),
});
const workspaceSchema = z.looseObject({ stack: z.string() });
const configSchema = z.record(z.string(), z.unknown());

/**
 * The settings of a stack of the project in `folder`, or in a folder above it, as Pulumi looks for one: that of this
 * name, the selected one, or the only one. Undefined where there is no project.
 */
export function readStackSettings(
  folder: string,
  environment: Lookup,
  name: string | undefined,
): FoundStack | undefined {
  const file = projectFileAt(folder);
  const project = file === undefined ? undefined : projectSchema.safeParse(readDocument(file)).data;
  if (file === undefined || project === undefined) {
    if (name === undefined) return undefined;
    throw new CliError(
      `--stack ${quote(name)}: neither this folder nor one above it has a Pulumi.yaml that can be read.`,
      "Run the command in the folder of the Pulumi project, or leave --stack out.",
      "ZUPLO1503",
    );
  }
  const configFolder = join(dirname(file), project.stackConfigDir ?? "");
  const stacks = stacksIn(configFolder);
  const wanted = name ?? environment("PULUMI_STACK") ?? selectedStack(file, project.name, environment);
  // Its file is named after the last part of `organization/project/stack`.
  const stack = wanted === undefined ? only(stacks) : wanted.split("/").at(-1);
  if (stack !== undefined && stacks.includes(stack)) return settingsOf(configFolder, stack, project.config);
  if (name === undefined) return { stacks };
  const there = stacks.length === 0 ? "it has none" : `it has ${enumerated(stacks.map(each => quote(each)))}`;
  throw new CliError(
    `--stack ${quote(name)}: the project in ${quote(dirname(file))} has no Pulumi.${quote(stack ?? "")}.yaml: ${there}.`,
    "Correct the name, or leave --stack out.",
    "ZUPLO1503",
  );
}

function projectFileAt(folder: string): string | undefined {
  const files = endings.map(ending => join(folder, `Pulumi.${ending}`));
  const found = files.find(isFile);
  const above = dirname(folder);
  if (found !== undefined || above === folder) return found;
  return projectFileAt(above);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function stacksIn(folder: string): string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return [];
  }
  const names = files.flatMap(file => /^Pulumi\.(.+)\.(?:yaml|yml|json)$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** What `pulumi stack select` keeps, in Pulumi's own home, by the path of the project's file. */
function selectedStack(file: string, project: string, environment: Lookup): string | undefined {
  const home = environment("PULUMI_HOME") ?? join(environment("HOME") ?? homedir(), ".pulumi");
  // Pulumi takes the folder as the shell names it, which may be through a link.
  for (const path of [file, realpathSync(file)]) {
    const hash = createHash("sha1").update(path).digest("hex");
    const kept = readDocument(join(home, "workspaces", `${project}-${hash}-workspace.json`));
    const { success, data } = workspaceSchema.safeParse(kept);
    if (success) return data.stack;
  }
  return undefined;
}

function only(stacks: readonly string[]): string | undefined {
  return stacks.length === 1 ? stacks[0] : undefined;
}

function settingsOf(folder: string, stack: string, projectConfig: unknown): StackSettings {
  const files = endings.map(ending => join(folder, `Pulumi.${stack}.${ending}`));
  const file = files.find(isFile) ?? "";
  const own = configSchema.safeParse(
    z.looseObject({ config: z.unknown().optional() }).safeParse(readDocument(file)).data?.config,
  );
  const shared = configSchema.safeParse(projectConfig).data ?? {};
  const config = { ...shared, ...own.data };
  const entries = Object.entries(config).flatMap(([key, value]) =>
    key.startsWith("zuplo:") ? [[key.slice("zuplo:".length), value] as const] : [],
  );
  const values: StackSettings["values"] = {};
  for (const name of stackSettingNames) {
    const text = plainValue(entries.find(([key]) => key === name)?.[1]);
    if (text !== undefined) values[name] = text;
  }
  const encrypted = entries.filter(([, value]) => isEncrypted(value)).map(([name]) => name);
  return { file: basename(file), values, encrypted };
}

/** A value as it stands in a stack's file, or what a project's gives to all of its stacks. */
function plainValue(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value;
  if (typeof value === "number") return String(value);
  const { data } = z
    .looseObject({ value: z.unknown().optional(), default: z.unknown().optional() })
    .safeParse(value);
  if (data === undefined || isEncrypted(value)) return undefined;
  return plainValue(data.value) ?? plainValue(data.default);
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** YAML, of which JSON is a part; undefined where there is none to read. */
function readDocument(path: string): unknown {
  const read = readRegularFile(path, maxFileBytes);
  if (!("text" in read)) return undefined;
  try {
    return parse(read.text, { logLevel: "silent" });
  } catch {
    return undefined;
  }
}
