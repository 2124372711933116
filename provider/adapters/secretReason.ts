import { quote, redact } from "../zuplo/redact";

/** The top-level property of a path such as `verify.path`. */
export function topOf(property: string): string {
  return property.split(/[.[]/, 1)[0] ?? property;
}

/** A reason quotes the value, or one like it that would do: both tell the secret. */
export function withoutQuotes(reason: string, value: unknown): string {
  const clean = typeof value === "string" ? redact(reason, [value, quote(value)]) : reason;
  return clean.replace(/'[^']*'/g, "'[secret]'");
}
