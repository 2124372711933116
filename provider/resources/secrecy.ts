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

/** From now on no message holds them: what an earlier run has sent may come back in any answer, too. */
export function keepSecretsAt(values: RawInputs, secrets: readonly SecretPath[]): void {
  for (const path of secrets) for (const text of textsAt(values, path)) keepSecret(text);
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
