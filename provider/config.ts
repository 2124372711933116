import { z } from "zod";
import {
  defaultCallTimeoutSeconds,
  defaultEndpoint,
  maxCallTimeoutSeconds,
  othersChoices,
  type SettingName,
  settings,
} from "./settings";
import type { Code, Problem } from "./text/codes";
import { pauseSchema, toMilliseconds } from "./text/duration";
import { quote } from "./text/redact";
import { Secret } from "./text/secret";
import { say } from "./text/vocabulary";

const defaultSettle = "30s";

/** What every resource of a run shares, from the stack's configuration or the environment. */
export interface ProviderConfig {
  /** Zuplo API key; secret. Missing until something has to be called, and where it cannot be sent. */
  apiKey?: Secret | undefined;
  /** Account name; the API key's own account where it is missing. */
  account?: string | undefined;
  /** Project name; can be set on a resource instead. */
  project?: string | undefined;
  /** Base URL of the developer API, without a trailing slash. */
  endpoint: string;
  /** What becomes of a certificate that others still use, where the program does not say it; undefined where nobody does. */
  others?: Others | undefined;
  /**
   * How long a superseded certificate outlives the last redeploy that released it, where the resource does not say it, in
   * milliseconds; 30 seconds by default.
   */
  settleMs: number;
  /** File or folder of the record; none where it is missing. */
  record?: string | undefined;
  /** Time limit of one API call, in seconds; 30 by default, 3600 at most. */
  callTimeout: number;
}

/**
 * What to do where a certificate that is no longer needed is still in use elsewhere: leave it until it is free,
 * redeploy those who only happen to have it bound, or fail.
 */
export type Others = (typeof othersChoices)[number];

/** A setting that cannot be used, and what to do about it. */
export interface ConfigProblem extends Problem {
  name: SettingName | TellingVariable;
  /** How a message calls it. */
  setting: string;
}

/** A variable of the environment by which others write into the log. */
type TellingVariable = "NODE_DEBUG" | "DEBUG";

export type Lookup = (key: string) => string | undefined;

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether a host, as a URL spells it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return loopback.has(hostname);
}

/** What a header can carry as it is: of anything else, an HTTP client drops or changes a part without a word. */
const sendable = /^[\x21-\x7e]+$/;

const endpointSchema = z
  .string()
  .transform(text => text.trim())
  .superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` !== "") {
      // Not quoted: a user's name and password are none of a message's business.
      context.addIssue({
        code: "custom",
        message: `must be a URL such as ${defaultEndpoint}, without user, password, query or fragment.`,
      });
    } else if (url === undefined || !/^https?:$/.test(url.protocol)) {
      context.addIssue({
        code: "custom",
        message: `'${quote(text)}' is not a URL such as ${defaultEndpoint}.`,
      });
    } else if (url.protocol === "http:" && !isLoopback(url.hostname)) {
      context.addIssue({
        code: "custom",
        message: `'${quote(text)}' would send the API key in the clear: use https (http is accepted for this machine only).`,
      });
    }
  })
  // In one spelling: the scheme decides about proxies, and endpoints are compared.
  .transform(text => (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, ""));

const callTimeoutError = `must be a number of seconds above 0, at most ${maxCallTimeoutSeconds}.`;
const callTimeoutSchema = z.coerce
  .number(callTimeoutError)
  .positive(callTimeoutError)
  .max(maxCallTimeoutSeconds, callTimeoutError);

const othersSchema = z.enum(othersChoices, `must be one of ${othersChoices.join(", ")}.`);

/** What Node writes of a request for each of these holds its Authorization header, and the key of a preflight. */
const tellingSections = ["http", "https", "net"];

/** What the client of a proxy writes, by the package `debug`, holds the proxy's user and password. */
const proxySection = "https-proxy-agent:agent";
const proxyVariables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/** Whether patterns of NODE_DEBUG or DEBUG choose a section. */
function choose(patterns: string, sections: readonly string[]): boolean {
  return patterns.split(/[\s,]+/).some(pattern => {
    const parts = pattern.split("*").map(part => part.replace(/\W/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`, "i");
    return sections.some(section => expression.test(section));
  });
}

/** Both are read before anything of ours runs, so unsetting them here would help nobody. */
function tellingProblems(environment: Lookup): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const nodeDebug = environment("NODE_DEBUG") ?? "";
  if (choose(nodeDebug, tellingSections)) {
    const reason = `is '${quote(nodeDebug)}', which makes Node write the API key and private keys to the log: unset it.`;
    problems.push({ name: "NODE_DEBUG", setting: "NODE_DEBUG", reason, code: "ZUPLO1006" });
  }
  const debug = environment("DEBUG") ?? "";
  const hasPassword = proxyVariables.some(name => /:\/\/[^/?#]*@/.test(environment(name) ?? ""));
  if (hasPassword && choose(debug, [proxySection])) {
    const reason = `is '${quote(debug)}', which would write the password of the proxy to the log: unset it.`;
    problems.push({ name: "DEBUG", setting: "DEBUG", reason, code: "ZUPLO1006" });
  }
  return problems;
}

/** What settings were called before, in the environment. */
const formerVariables: Partial<Record<SettingName, string>> = { callTimeout: "PULUMI_ZUPLO_CALL_TIMEOUT" };

/** Reads the configuration: first the engine's own settings, by their names, then the environment. */
export function readConfig(
  given: Lookup,
  environment: Lookup,
): { config: ProviderConfig; problems: ConfigProblem[] } {
  const problems = tellingProblems(environment);
  const read = (name: SettingName) =>
    nonEmpty(given(name)) ??
    nonEmpty(environment(settings[name].variable)) ??
    nonEmpty(environment(formerVariables[name] ?? ""));
  const refuse = (name: SettingName, reason: string, code: Code) =>
    problems.push({ name, setting: say.setting(name), reason, code });
  /** A setting, or what it is by default where it is missing or refused. */
  const parsed = <T>(name: SettingName, schema: z.ZodType<T>, otherwise: T): T => {
    const text = read(name);
    if (text === undefined) return otherwise;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    refuse(name, result.error.issues[0]?.message ?? "cannot be used.", "ZUPLO1005");
    return otherwise;
  };
  // White space around it is a file's or an editor's, and never the key's.
  const apiKey = read("apiKey");
  const isSendable = apiKey === undefined || sendable.test(apiKey);
  if (!isSendable) {
    const reason =
      "contains a line break, a space or a character that no HTTP header can carry: copy the whole key again, and nothing else.";
    refuse("apiKey", reason, "ZUPLO1003");
  }
  const config = {
    apiKey: apiKey !== undefined && isSendable ? new Secret(apiKey) : undefined,
    account: read("account"),
    project: read("project"),
    endpoint: parsed("endpoint", endpointSchema, defaultEndpoint),
    others: parsed("others", othersSchema.optional(), undefined),
    record: read("record"),
    settleMs: toMilliseconds(parsed("settle", pauseSchema, defaultSettle)) ?? 0,
    callTimeout: parsed("callTimeout", callTimeoutSchema, defaultCallTimeoutSeconds),
  };
  return { config, problems };
}

/**
 * The same for a process that whoever reaches it can configure, and whose environment may be somebody else's: the
 * environment's API key never goes to an endpoint that only the settings name.
 *
 * @param isKeyGiven whether the settings have a key, known yet or not
 */
export function readGuardedConfig(
  given: Lookup,
  environment: Lookup,
  isKeyGiven = nonEmpty(given("apiKey")) !== undefined,
): ReturnType<typeof readConfig> {
  const read = readConfig(given, environment);
  const { endpoint } = readConfig(() => undefined, environment).config;
  if (isKeyGiven || read.config.apiKey === undefined || read.config.endpoint === endpoint) return read;
  const reason =
    `is not set, and ZUPLO_API_KEY is not sent to an endpoint that only ${say.setting("endpoint")} names: ` +
    `set ${say.setting("apiKey")}, or the same endpoint in ZUPLO_DEVELOPER_API_ENDPOINT.`;
  const problem: ConfigProblem = {
    name: "apiKey",
    setting: say.setting("apiKey"),
    reason,
    code: "ZUPLO1007",
  };
  return { config: { ...read.config, apiKey: undefined }, problems: [...read.problems, problem] };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
