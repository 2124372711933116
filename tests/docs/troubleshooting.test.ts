import assert from "node:assert/strict";
import { codes } from "../../provider/text/register";
import { documents, proseOf, read } from "./blocks";

const page = "docs/guides/troubleshooting.md";

/** The headings of the page that are codes, with what follows each up to the next heading. */
function sections(): { code: string; text: string }[] {
  return read(page)
    .split(/^(?=##)/m)
    .flatMap(section => {
      const [, code, text = ""] = /^### (ZUPLO\d+)\n([\s\S]*)$/.exec(section) ?? [];
      return code === undefined ? [] : [{ code, text: text.trim() }];
    });
}

describe("the page on troubleshooting", () => {
  it("has exactly one section for each code, and no other", () => {
    const listed = sections().map(({ code }) => code);
    assert.deepEqual(listed.sort(), Object.keys(codes).sort());
  });

  it("begins each with what the code stands for, and goes on with why and what to do", () => {
    for (const { code, text } of sections()) {
      const [title, ...paragraphs] = text.split("\n\n");
      assert.equal(title, `**${codes[code as keyof typeof codes]}**`, code);
      assert.ok(paragraphs.length >= 1 && paragraphs.join("").length > 40, `${code} says nothing`);
    }
  });
});

describe("README and docs/", () => {
  it("name no code that there is not", () => {
    const unknown = documents().flatMap(file =>
      proseOf(file)
        .flatMap(line => line.match(/ZUPLO\d{4}/g) ?? [])
        .filter(code => !Object.hasOwn(codes, code))
        .map(code => `${file}: ${code}`),
    );
    assert.deepEqual(unknown, []);
  });
});
