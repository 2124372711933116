import { quote, redact } from "../text/redact";
import { keepSecret, Secret } from "../text/secret";
import type { CheckFailure, RawInputs, SecretPath } from "./resource";

/** The top-level property of a path such as `verify.path`. */
function topOf(property: string): string {
  return property.split(/[.[]/, 1)[0] ?? property;
}

/** Whether a property, a part of it, or what it is a part of is secret. */
export function isSecretAt(secrets: readonly SecretPath[], property: string): boolean {
  const parts = property.split(/[.[\]]+/).filter(part => part !== "");
  return secrets.some(path =>
    path.every((part, index) => parts[index] === String(part) || index >= parts.length),
  );
}

/** The failures, none of which quotes a secret. */
export function withoutSecrets(
  failures: readonly CheckFailure[],
  values: RawInputs,
  secrets: readonly SecretPath[],
): CheckFailure[] {
  return failures.map(failure => {
    const { property, reason } = failure;
    if (!isSecretAt(secrets, property)) return failure;
    return { ...failure, reason: withoutQuotes(reason, values[topOf(property)]) };
  });
}

/**
 * From now on no message holds them: what an earlier run has sent may come back in any answer, too. What also stands in
 * clear is none, such as the name of a certificate in a variable: an engine marks a list as a whole.
 *
 * @param names texts that are none either
 */
export function keepSecretsAt(
  values: RawInputs,
  secrets: readonly SecretPath[],
  names: readonly string[] = [],
): void {
  if (secrets.length === 0) return;
  const clear = new Set([...names, ...clearTexts(values, secrets)]);
  for (const path of secrets)
    for (const text of textsAt(values, path)) if (!clear.has(text)) keepSecret(text);
}

/** The texts that stand outside of every secret place. */
function clearTexts(value: unknown, secrets: readonly SecretPath[]): string[] {
  if (secrets.some(path => path.length === 0)) return [];
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    clearTexts(
      inner,
      secrets.filter(([first]) => String(first) === key).map(path => path.slice(1)),
    ),
  );
}

/** The texts that stand at a secret place, or below it. */
function textsAt(inputs: RawInputs, path: SecretPath): string[] {
  const value = path.reduce<unknown>(
    (holder, part) =>
      typeof holder === "object" && holder !== null && Object.hasOwn(holder, part)
        ? (holder as Record<string | number, unknown>)[part]
        : undefined,
    inputs,
  );
  return textsIn(value);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A reason quotes the value, or one like it that would do: both tell the secret. */
function withoutQuotes(reason: string, value: unknown): string {
  const clean =
    typeof value === "string" ? redact(reason, [new Secret(value), new Secret(quote(value))]) : reason;
  return clean.replace(/'[^']*'/g, "'[secret]'");
}
