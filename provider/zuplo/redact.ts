const PEM_PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const REDACTED = "[secret]";

/**
 * Removes secrets from a text that leaves the provider.
 * A server may echo a request in its error, so each secret is also looked for as JSON, base64 and URL text.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text.replace(PEM_PRIVATE_KEY, REDACTED);
  for (const secret of secrets.flatMap(spellings)) clean = clean.replaceAll(secret, REDACTED);
  return clean;
}

function spellings(secret: string): string[] {
  // A secret of one or two characters would blank out half the sentence and protect nothing.
  if (secret.length < 3) return [];
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    secret.trim(),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
  ].filter(spelling => spelling.length >= 3);
}
