import ms, { type StringValue } from "ms";
import { z } from "zod";

/** A length of time: seconds as a number, or a text such as "90s", "12h" or "30d". */
export type Duration = number | string;

/** Milliseconds of a duration; undefined for a text that is none. */
export function toMilliseconds(duration: Duration): number | undefined {
  if (typeof duration === "number") return duration * 1000;
  // `ms` takes a bare number for milliseconds; here it is seconds, as everywhere else.
  if (/^\s*\d+(\.\d+)?\s*$/.test(duration)) return Number(duration) * 1000;
  const parsed: number | undefined =
    duration === "" || duration.length > 100 ? undefined : ms(duration as StringValue);
  return parsed === undefined || Number.isNaN(parsed) ? undefined : parsed;
}

/** A duration above zero, as it stands in the arguments. */
export const durationSchema = z
  .union([z.number(), z.string()], {
    error: 'must be a number of seconds, or a text such as "90s", "12h" or "30d".',
  })
  .refine(value => (toMilliseconds(value) ?? 0) > 0, {
    error: 'must be above 0: a number of seconds, or a text such as "90s", "12h" or "30d".',
  });
