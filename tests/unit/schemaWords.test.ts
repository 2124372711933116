import assert from "node:assert/strict";
import { z } from "zod";
import { schemaWords } from "../../provider/text/schemaWords";

describe("what is wrong with a value", () => {
  const cases: [string, z.ZodType, unknown, string][] = [
    ["a list without an entry", z.array(z.string()).min(1), [], "must have at least 1 entry"],
    ["a list that is too long", z.array(z.string()).max(2), ["a", "b", "c"], "must have at most 2 entries"],
    ["an empty text", z.string().min(1), "", "must not be empty"],
    ["a text that is too long", z.string().max(1), "ab", "must have at most 1 character"],
    ["what is missing", z.string(), undefined, "is missing"],
    ["another kind", z.boolean(), "yes", "must be true or false"],
    ["a fraction", z.int(), 200.5, "must be a whole number"],
    ["a number that is too great", z.number().max(599), 600, "must be at most 599"],
    ["none of a few", z.enum(["leave", "fail"]), "stay", "must be one of leave, fail"],
    ["what a schema says itself", z.string().min(1, "names a branch"), "", "names a branch"],
  ];
  for (const [title, schema, value, expected] of cases)
    it(`is told in plain words: ${title}`, () => {
      const { error } = schema.safeParse(value, { error: schemaWords });
      assert.equal(error?.issues[0]?.message, expected);
    });
});
