import { type CheckFailure, type RawInputs, type SecretPath, told } from "../resources/resource";
import { oneLine, quote, redact } from "../text/redact";
import { keepSecret, Secret } from "../text/secret";
import { inPulumiWords } from "./pulumiWords";

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

/** From now on no message holds them: what an earlier run has sent may come back in any answer, too. */
export function keepSecretsAt(values: RawInputs, secrets: readonly SecretPath[]): void {
  for (const path of secrets) for (const text of textsAt(values, path)) keepSecret(text);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A failure of a check as the engine is told of it. */
export function failureText(
  { property, reason, code }: CheckFailure,
  values: RawInputs,
  secrets: readonly SecretPath[],
): string {
  const said = isSecretAt(secrets, property) ? withoutQuotes(reason, values[topOf(property)]) : reason;
  return oneLine(inPulumiWords(told({ property, reason: said, code })));
}

/** A reason quotes the value, or one like it that would do: both tell the secret. */
function withoutQuotes(reason: string, value: unknown): string {
  const clean =
    typeof value === "string" ? redact(reason, [new Secret(value), new Secret(quote(value))]) : reason;
  return clean.replace(/'[^']*'/g, "'[secret]'");
}
