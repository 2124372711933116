import type { z } from "zod";

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** What a value has to be, by the words of the schema language. */
const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What is wrong with a value, as the end of a sentence that begins with its name; where a schema says it, that counts. */
export function schemaWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined || issue.input === null
        ? "is missing"
        : `must be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_small":
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? "above" : "at least");
    case "too_big":
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? "below" : "at most");
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    default:
      return undefined;
  }
}

function bound(origin: string, limit: number | bigint, how: string): string {
  if (how === "at least" && limit === 1 && origin === "string") return "must not be empty";
  const unit = { string: ["character", "characters"], array: ["entry", "entries"] }[origin];
  if (unit === undefined) return `must be ${how} ${limit}`;
  return `must have ${how} ${limit} ${limit === 1 ? unit[0] : unit[1]}`;
}
