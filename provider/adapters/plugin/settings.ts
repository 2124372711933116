import { setMaxListeners } from "node:events";
import { isDeepStrictEqual } from "node:util";
import { type ConfigProblem, type ProviderConfig, readGuardedConfig } from "../../config";
import { ownValues } from "../../resources/imported";
import { type CheckFailure, isUnknown, type RawInputs } from "../../resources/resource";
import { type Engine, Session } from "../../session";
import { settingNames } from "../../settings";
import { coded } from "../../text/codes";
import { isSameSecret } from "../../text/secret";
import { CallError } from "./errors";
import type { PluginLog } from "./log";
import { grpc } from "./wire";

/** What the engine itself puts among a provider's inputs. */
const engineKeys = ["version", "pluginDownloadURL", "pluginChecksums", "parameterization"];

/** Settings that cannot be used. What is missing may stand in the environment, or never be needed. */
export function settingFailures(inputs: RawInputs): CheckFailure[] {
  const failures = Object.entries(settingsOf(inputs)).flatMap(([property, value]) => {
    if (!settingNames.some(name => name === property)) {
      const reason = `is an unknown setting; expected one of: ${settingNames.join(", ")}.`;
      return [{ property, reason, code: "ZUPLO1005" as const }];
    }
    const isText = typeof value === "string" || isUnknown(value);
    return isText ? [] : [{ property, reason: "must be a string.", code: "ZUPLO1005" as const }];
  });
  const { problems } = readSettings(inputs);
  return [...failures, ...problems.map(({ setting, reason, code }) => ({ property: setting, reason, code }))];
}

/** The settings that differ. None of them replaces the provider, which would replace all its resources. */
export function changedSettings(olds: RawInputs, news: RawInputs): string[] {
  return settingNames.filter(name => isUnknown(news[name]) || !isDeepStrictEqual(olds[name], news[name]));
}

function settingsOf(inputs: RawInputs): RawInputs {
  const entries = Object.entries(ownValues(inputs)).filter(([key]) => !engineKeys.includes(key));
  return Object.fromEntries(entries);
}

function readSettings(inputs: RawInputs): { config: ProviderConfig; problems: ConfigProblem[] } {
  const lookUp = (key: string) => {
    const value = inputs[key];
    return typeof value === "string" ? value : undefined;
  };
  return readGuardedConfig(lookUp, key => process.env[key]);
}

function isElsewhere(known: ProviderConfig | undefined, given: ProviderConfig): boolean {
  return known?.endpoint !== given.endpoint || !isSameSecret(known.apiKey, given.apiKey);
}

function isSame(known: ProviderConfig | undefined, given: ProviderConfig): boolean {
  return !isElsewhere(known, given) && isDeepStrictEqual(known, given);
}

/** The run that the engine has configured this plugin for, and how it is ended. */
export class Run {
  private ending = new AbortController();
  private current: Session | undefined;
  private isNew = true;

  constructor(
    private readonly log: PluginLog,
    private readonly engine: Engine,
  ) {}

  /** Another engine, or another run of the same one, has come to this process: what it knew may be out of date. */
  begin(): void {
    this.isNew = true;
  }

  /**
   * The engine may configure a provider again; with the same settings the run goes on, and knows what it knew. Another
   * endpoint or key would take over what the engine goes on to send, private keys among it.
   */
  configure(inputs: RawInputs): void {
    const { config, problems } = readSettings(inputs);
    const isKnown = !this.isNew && isSame(this.current?.config, config);
    if (isKnown && isDeepStrictEqual(this.current?.configProblems, problems)) return;
    if (!this.isNew && isElsewhere(this.current?.config, config)) {
      const text =
        "The Zuplo provider is serving a run with another endpoint or API key, and accepts no other before that run ends.";
      throw new CallError(grpc.status.FAILED_PRECONDITION, coded("ZUPLO1902", text));
    }
    if (this.isNew) this.ending = new AbortController();
    this.isNew = false;
    // Every call under way listens.
    setMaxListeners(0, this.ending.signal);
    this.current = new Session(config, this.log.logger, this.ending.signal, undefined, problems, this.engine);
  }

  get session(): Session {
    if (this.current !== undefined) return this.current;
    const text = "The engine has not configured the Zuplo provider.";
    throw new CallError(grpc.status.FAILED_PRECONDITION, coded("ZUPLO1902", text));
  }

  /** Ends every wait and every call at once. */
  cancel(): void {
    this.ending.abort();
  }
}
