import { InvalidArgumentError } from "commander";
import { toMilliseconds } from "../provider/text/duration";
import { type Before, isAmbiguous, parseBefore } from "./due";
import { UsageError } from "./errors";

/** Milliseconds. */
export function parseDuration(text: string): number {
  const milliseconds = toMilliseconds(text);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError(
    'Expected a number of seconds, or a duration such as "90s", "12h" or "30d".',
  );
}

/** Milliseconds, of a time before expiry. */
export function parseLongDuration(text: string): number {
  if (!isAmbiguous(text)) return parseDuration(text);
  throw new InvalidArgumentError('Expected a duration with its unit, such as "12h" or "30d".');
}

/** The text itself, where it is a duration. */
export function requireLongDuration(text: string): string {
  parseLongDuration(text);
  return text;
}

export function parseBeforeOption(text: string): Before {
  const before = parseBefore(text);
  if (before !== undefined) return before;
  throw new InvalidArgumentError(
    'Expected a share above 0% and below 100%, such as "30%", or a duration such as "12h" or "7d".',
  );
}

/** An argument stands in the list of processes and in the shell's history. */
export function refuseKey(): never {
  throw new UsageError(
    "An API key is never taken from an argument, where others can read it.",
    "Set ZUPLO_API_KEY, or give --api-key-file FILE (- reads standard input).",
  );
}

/** What follows an unknown option may be a secret that was meant for another one. */
export function withoutValues(text: string): string {
  return text.replace(/(unknown option '[^'=]+)=[^\n]*'/g, "$1'");
}
