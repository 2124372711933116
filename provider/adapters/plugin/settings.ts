import { isDeepStrictEqual } from "node:util";
import { type ConfigProblem, type ProviderConfig, readGuardedConfig } from "../../config";
import { ownValues } from "../../resources/imported";
import { type CheckFailure, isUnknown, type RawInputs } from "../../resources/resource";
import { settingNames } from "../../settings";

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

export function readSettings(inputs: RawInputs): { config: ProviderConfig; problems: ConfigProblem[] } {
  const lookUp = (key: string) => {
    const value = inputs[key];
    return typeof value === "string" ? value : undefined;
  };
  return readGuardedConfig(lookUp, key => process.env[key]);
}
