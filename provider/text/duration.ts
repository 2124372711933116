import ms, { type StringValue } from "ms";
import { z } from "zod";

/** A length of time: seconds as a number, or a text such as "90s", "12h" or "30d". */
export type Duration = number | string;

const minuteMs = 60 * 1000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** The longest duration: beyond it, dates can no longer be told. */
const longestMs = 100 * 365.25 * dayMs;
/** The longest wait, in milliseconds: a run that takes a day is stuck, and timers end at 24 days. */
const longestTimeoutMs = dayMs;

/** Milliseconds of a duration, rounded up to whole ones; undefined for a text that is none. */
export function toMilliseconds(duration: Duration): number | undefined {
  const exact = exactMilliseconds(duration);
  return exact === undefined || Number.isNaN(exact) ? undefined : Math.ceil(exact);
}

/** Milliseconds of a duration, or others where it is missing or a text that is none. */
export function millisecondsOr(duration: Duration | undefined, otherwiseMs: number): number {
  return (duration === undefined ? undefined : toMilliseconds(duration)) ?? otherwiseMs;
}

function exactMilliseconds(duration: Duration): number | undefined {
  if (typeof duration === "number") return duration * 1000;
  if (duration === "" || duration.length > 100) return undefined;
  // `ms` takes a bare number for milliseconds; here it is seconds, as everywhere else.
  if (/^\s*\d+(\.\d+)?\s*$/.test(duration)) return Number(duration) * 1000;
  return ms(duration as StringValue);
}

const units = [
  ["days", dayMs],
  ["hours", hourMs],
  ["minutes", minuteMs],
] as const;

/** In the largest unit of which there are at least two, so that nothing is ever "1 days". */
export function spelledOut(milliseconds: number): string {
  for (const [unit, length] of units)
    if (milliseconds >= 2 * length) return `${Math.floor(milliseconds / length)} ${unit}`;
  const seconds = Math.floor(milliseconds / 1000);
  return seconds === 1 ? "1 second" : `${seconds} seconds`;
}

const example = 'a number of seconds, or a string such as "90s", "12h" or "30d".';

const anyDuration = z.union([z.number(), z.string()], { error: `must be ${example}` });
const aboveZero = anyDuration.refine(value => (toMilliseconds(value) ?? 0) > 0, {
  error: `must be above 0: ${example}`,
});
const zeroOrMore = anyDuration.refine(value => (toMilliseconds(value) ?? -1) >= 0, {
  error: `must be 0 or more: ${example}`,
});

function upTo(schema: typeof anyDuration, limitMs: number, limit: string) {
  return schema.refine(value => (toMilliseconds(value) ?? 0) <= limitMs, {
    error: `must be at most ${limit}.`,
  });
}

/** A duration above zero, at most 100 years, as it stands in the arguments. */
export const durationSchema = upTo(aboveZero, longestMs, "100 years");

/** How long to wait for something: above zero, at most a day. */
export const timeoutSchema = upTo(aboveZero, longestTimeoutMs, "24 hours");

/** How long to let something be: 0 or more, at most a day. */
export const pauseSchema = upTo(zeroOrMore, longestTimeoutMs, "24 hours");
