import { oneLine, quote } from "../text/redact";
import type { Secret } from "../text/secret";

/** What an answer must hold, in its body or in a header; texts in which placeholders stand for a certificate's facts. */
export interface Expect {
  body?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** What is known of a certificate that a deployment should show. */
export interface ShownCertificate {
  /** SHA-256 of the leaf's DER; Zuplo does not tell it, so only the program does. */
  fingerprint?: string | undefined;
  serialNumber: string;
  subject: string;
}

const facts = ["fingerprint", "serialNumber", "subject"] as const;
type Fact = (typeof facts)[number];

/** `${serialNumber}`, or `${serialNumber:VARIABLE}` where several certificates could be meant. */
export interface Placeholder {
  text: string;
  fact: Fact;
  variable: string | undefined;
}

/** A part of an answer and what it must hold. */
export interface Expected {
  /** Undefined for the body. */
  header: string | undefined;
  pattern: RegExp;
  /** The same as a text, as a message tells it. */
  text: string;
}

const anyPlaceholder = /\$\{([^{}]*)\}/g;

/** The placeholders of an expectation, or the text of what looks like one and is none. */
export function placeholdersIn(template: string): { found: Placeholder[]; wrong: string[] } {
  const found: Placeholder[] = [];
  const wrong: string[] = [];
  for (const part of partsOf(template)) {
    if (typeof part === "object") found.push(part);
    else wrong.push(...[...part.matchAll(anyPlaceholder)].map(([text]) => text));
  }
  return { found, wrong };
}

/** What is looked for, once it is known which certificate is meant by each placeholder. */
export function expectedOf(
  { body, headers = {} }: Expect,
  certificateOf: (placeholder: Placeholder) => ShownCertificate,
): Expected[] {
  const each = (header: string | undefined, template: string): Expected => {
    const parts = partsOf(template);
    const factOf = (placeholder: Placeholder) => certificateOf(placeholder)[placeholder.fact] ?? "";
    const sources = parts.map((part, index) => {
      if (typeof part === "string") return escaped(part);
      const isAtEnds = { first: index === 0, last: index === parts.length - 1 };
      const source = part.fact === "subject" ? subjectSource : hexSource;
      return source(factOf(part), isAtEnds);
    });
    const text = parts.map(part => (typeof part === "string" ? part : factOf(part))).join("");
    return { header, pattern: new RegExp(sources.join(""), "u"), text };
  };
  return [
    ...(body === undefined ? [] : [each(undefined, body)]),
    ...Object.entries(headers).map(([name, template]) => each(name.toLowerCase(), template)),
  ];
}

/** Most characters of an answer that a message shows. */
const maxShown = 200;

/** What an answer held instead, as a part of a sentence; undefined where it is as expected. */
export function unmet(
  { headers, body }: { headers: Readonly<Record<string, string>>; body: string },
  expected: readonly Expected[],
  secrets: readonly Secret[],
): string | undefined {
  const shown = (text: string) => `'${shortened(quote(text, secrets))}'`;
  for (const { header, pattern, text } of expected) {
    const seen = header === undefined ? body : headers[header];
    if (seen !== undefined && pattern.test(seen)) continue;
    const wanted = shown(text);
    if (seen === undefined)
      return `without the header '${quote(header ?? "")}', which should contain ${wanted}`;
    const place = header === undefined ? "the body" : `the header '${quote(header)}':`;
    const held = oneLine(seen) === "" ? "empty" : shown(seen);
    return `with ${place} ${held} instead of one that contains ${wanted}`;
  }
  return undefined;
}

function shortened(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}

/** Texts and placeholders, in order. What only looks like a placeholder stays a text. */
function partsOf(template: string): (string | Placeholder)[] {
  const parts: (string | Placeholder)[] = [];
  let end = 0;
  for (const match of template.matchAll(anyPlaceholder)) {
    const [, name = "", variable] = /^(\w+)(?::(\w+))?$/.exec(match[1] ?? "") ?? [];
    const fact = facts.find(each => each === name);
    if (fact === undefined) continue;
    if (match.index > end) parts.push(template.slice(end, match.index));
    parts.push({ text: match[0], fact, variable });
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push(template.slice(end));
  return parts;
}

interface Ends {
  first: boolean;
  last: boolean;
}

const hex = "[0-9A-Fa-f]";

/**
 * Hex digits in either case, with colons between the bytes or not, and with leading zeros or not. What is at an end of
 * the text must be the whole number: a short serial number is a part of many others. No part of the pattern repeats
 * without a limit, since the answer is somebody else's.
 */
function hexSource(value: string, { first, last }: Ends): string {
  const written = value.replace(/[:\s]|^0x/gi, "");
  const digits = written.replace(/^0+(?=.)/, "");
  const zeros = `(?:00:?){0,${Math.ceil((written.length - digits.length) / 2) + 2}}`;
  const bytes = (digits.length % 2 === 0 ? digits : `0${digits}`).match(/../g) ?? [];
  const source = bytes.map((byte, index) => {
    const [high = "", low = ""] = byte;
    return index === 0 && high === "0" ? `0?${eitherCase(low)}` : eitherCase(high) + eitherCase(low);
  });
  const before = `(?<!${hex})(?<!(?:^|[^0-9A-Za-z])${hex}{2}:)`;
  const after = `(?!${hex})(?!:${hex}{2}(?:$|[^0-9A-Za-z]))`;
  return (first ? before : "") + zeros + source.join(":?") + (last ? after : "");
}

function eitherCase(digit: string): string {
  const [lower, upper] = [digit.toLowerCase(), digit.toUpperCase()];
  return lower === upper ? escaped(digit) : `[${escaped(lower)}${escaped(upper)}]`;
}

/** A distinguished name in the order in which the provider tells it, or in that of RFC 2253, which begins at its end. */
function subjectSource(value: string, { first, last }: Ends): string {
  const parts = value.split(", ").map(escaped);
  const between = "(?:,\\s?|\\n|\\\\n|/)";
  const orders = [parts, [...parts].reverse()].map(order => order.join(between));
  const before = "(?<![\\p{L}\\p{N}])";
  const after = "(?![\\p{L}\\p{N}._-])";
  return `${first ? before : ""}(?:${orders.join("|")})${last ? after : ""}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
