import { Secret } from "../text/secret";

/** JSON as it is sent: the one place where the secrets of a body stand in clear. */
export function wireText(body: unknown): string {
  return JSON.stringify(body, function (this: Record<string, unknown>, key, value) {
    const held = this[key];
    return held instanceof Secret ? held.reveal() : value;
  });
}

/** Headers as they are sent. */
export function wireHeaders(headers: Readonly<Record<string, Secret>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.reveal()]));
}

/** The value of the header that tells who calls (RFC 6750). */
export function bearer(apiKey: Secret): string {
  return `Bearer ${apiKey.reveal()}`;
}

/** What of a body no answer to it may show. */
export function secretsIn(body: unknown): Secret[] {
  if (body instanceof Secret) return [body];
  return typeof body === "object" && body !== null ? Object.values(body).flatMap(secretsIn) : [];
}
