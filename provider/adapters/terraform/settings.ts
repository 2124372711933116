import { z } from "zod";
import { type ConfigProblem, type ProviderConfig, readGuardedConfig } from "../../config";
import { type CheckFailure, isUnknown, type RawInputs } from "../../resources/resource";
import { type Setting, settings } from "../../settings";
import { type Attribute, argumentAttributes } from "./attributes";

/** What a `provider` block takes. */
const schema = z.strictObject(
  Object.fromEntries(
    Object.entries<Setting>(settings).map(([name, { doc, variable, secret }]) => {
      const description = `${doc} Environment: ${variable}.`;
      return [name, z.string().optional().meta({ description, secret })];
    }),
  ),
);

export const settingAttributes: readonly Attribute[] = argumentAttributes(schema);
export const settingsDescription =
  "The connection to Zuplo. Whatever is not set here is read from the environment.";

export function readSettings(inputs: RawInputs): { config: ProviderConfig; problems: ConfigProblem[] } {
  const lookUp = (key: string) => {
    const value = inputs[key];
    return typeof value === "string" ? value : undefined;
  };
  const toCome = Object.entries<Setting>(settings)
    .filter(([name]) => isUnknown(inputs[name]))
    .map(([, { variable }]) => variable);
  // What is set here and not known yet is not what the environment says.
  const environment = (key: string) => (toCome.includes(key) ? undefined : process.env[key]);
  return readGuardedConfig(lookUp, environment, isUnknown(inputs.apiKey) || undefined);
}

/** Settings that cannot be used, as far as they are known. What is missing may never be needed. */
export function settingFailures(inputs: RawInputs): CheckFailure[] {
  return readSettings(inputs).problems.map(({ name, reason, code }) => ({ property: name, reason, code }));
}
