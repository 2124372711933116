import { isInClear, knownSecrets, redacted, type Secret } from "./secret";

const PEM_PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
/** What is a secret by its looks, whoever's it is: the token of a header (no word is as long), and a JSON Web Token. */
const TOKENS = [/(?<=\b(?:Bearer|Basic) {1,3})[\w.~+/=-]{16,}/gi, /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g];

/** Spellings of the secrets. A run that goes well never asks for them, and there are many. */
const spelled = new WeakMap<Secret, readonly string[]>();

/**
 * Removes secrets from a text that leaves the provider: those given, all that are known, and what looks like one.
 * A server may echo a request in its error, so each secret is also looked for as JSON, as JSON
 * in JSON, as base64 and as URL text.
 */
export function redact(text: string, secrets: readonly Secret[] = []): string {
  let clean = text.replace(PEM_PRIVATE_KEY, redacted);
  // The longest first: one may be a part of another, of which the rest would remain.
  const told = secrets.filter(secret => !isInClear(secret));
  const known = [...told, ...knownSecrets()].flatMap(spellingsOf);
  for (const spelling of known.sort((one, other) => other.length - one.length))
    clean = clean.replaceAll(spelling, redacted);
  for (const token of TOKENS) clean = clean.replace(token, redacted);
  return clean;
}

function spellingsOf(secret: Secret): readonly string[] {
  let found = spelled.get(secret);
  if (found === undefined) {
    found = spellings(secret.reveal());
    spelled.set(secret, found);
  }
  return found;
}

/** Most characters of a text by others that a message quotes. */
const maxQuoted = 500;

/**
 * A text by others (a server's error, a setting) as a part of a sentence: without secrets, on one line, not longer than
 * a reader bears. In this order, since a secret that was cut or re-spaced would no longer be recognised.
 */
export function quote(text: string, secrets: readonly Secret[] = []): string {
  const line = oneLine(redact(text, secrets));
  return line.length > maxQuoted ? `${line.slice(0, maxQuoted)}…` : line;
}

/**
 * What steers a terminal or a reader's eye: control characters (ESC, line ends, and U+009B, which begins a sequence as
 * ESC does), format characters (bidi marks, which turn a text around, and what has no width), and separators of lines.
 */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text by others as a terminal or a log may have it: on one line, and with a space for whatever would steer. */
export function plain(text: string): string {
  return text.replace(steering, " ");
}

/** The same, without white space that tells nothing. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/** JSON that may be shown on a terminal: its strings say the same, with an escape for whatever would steer. */
export function plainJson(value: object): string {
  const clean = (_key: string, held: unknown) => (typeof held === "string" ? redact(held) : held);
  // Only what stands between the strings ends a line.
  return JSON.stringify(value, clean, 2).replace(steering, found =>
    found === "\n" ? found : escaped(found),
  );
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return units.map(unit => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** A part of a secret is as good as the whole: lines from this length on are looked for one by one. */
const shortestLine = 16;

function spellings(secret: string): string[] {
  const lines = secret
    .split(/\r?\n/)
    .filter(line => line.length >= shortestLine && !line.startsWith("-----"));
  // The whole first: its parts would be cut out of it.
  return [secret, ...lines].flatMap(spellingsOfLine);
}

function spellingsOfLine(secret: string): string[] {
  // A secret of one or two characters would blank out half the sentence and protect nothing.
  if (secret.length < 3) return [];
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    secret.trim(),
    json,
    JSON.stringify(json).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
    // A half of a surrogate pair has no URL spelling; on the wire it is a replacement character.
    encodeURIComponent(Buffer.from(secret).toString()),
    new URLSearchParams({ s: secret }).toString().slice(2),
  ].filter(spelling => spelling.length >= 3);
}
