import assert from "node:assert/strict";
import { read } from "./blocks";
import { keyOf, MIN_WORDS, messages, wordsOf } from "./messages";

const page = "docs/guides/troubleshooting.md";
/** The register of codes is a type: it is read as a text. */
const codes = [...new Set(read("provider/text/codes.ts").match(/ZUPLO\d{4}(?=")/g))];

/** The messages in the first column of the page's tables. */
function entries(): string[] {
  return read(page)
    .split("\n")
    .filter(line => /^\| `/.test(line))
    .map(line => /^\| (`+)(.+?)\1/.exec(line)?.[2] ?? assert.fail(line));
}

/** An entry may quote less than the key, if it is long enough to tell the message from others. */
function isAbout(entry: string, text: string): boolean {
  return entry.startsWith(keyOf(text)) || (wordsOf(entry) > MIN_WORDS && text.startsWith(entry));
}

describe("the page on troubleshooting", () => {
  const known = messages();

  it("finds the messages in the code", () => {
    // Of three kinds: a check, an error of a call, a line of the log.
    for (const text of ["is given twice", "others still use it", "existed and is taken over"])
      assert.ok(
        known.some(message => message.text.includes(text)),
        text,
      );
  });

  it("has an entry for every message", () => {
    const listed = entries();
    const missing = known.filter(({ text }) => !listed.some(entry => isAbout(entry, text)));
    assert.deepEqual(
      missing.map(({ text, at }) => `${at} ${text}`),
      [],
    );
  });

  it("has every code beside the message that ends with it, and no other code", () => {
    const rows = read(page)
      .split("\n")
      .filter(line => /^\| `/.test(line));
    const listed = rows.flatMap(row => row.split(" | ", 1)[0]?.match(/ZUPLO\d+/g) ?? []);
    const isOfCommand = (code: string) => code.startsWith("ZUPLO15");
    const wanted = codes.filter(code => !isOfCommand(code));
    assert.deepEqual([...new Set(listed)].sort(), wanted.sort());
    const guides = ["docs/guides/stuck-certificates.md", "docs/terraform/guides/installing.md"].map(read);
    for (const code of codes.filter(isOfCommand))
      assert.ok(
        guides.some(text => text.includes(code)),
        code,
      );
  });

  it("has no entry for a message that there is not", () => {
    const stale = entries().filter(
      entry => !entry.startsWith("(HTTP ") && !known.some(({ text }) => text.startsWith(entry)),
    );
    assert.deepEqual(stale, []);
  });
});
