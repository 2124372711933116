import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

describe("the table of commands in CONTRIBUTING.md", () => {
  it("has every script of package.json, and none that there is not", () => {
    // given
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const section = /^## Commands$([\s\S]*?)^## /m.exec(read("CONTRIBUTING.md"))?.[1] ?? "";
    // when
    const rows = [...section.matchAll(/^\| `npm (?:run )?([\w:-]+)` \|/gm)].map(([, name]) => name);
    // then
    // npm runs these by itself; the row of `build` says when.
    const own = Object.keys(scripts).filter(name => name !== "prepare" && name !== "prepack");
    assert.deepEqual(rows.sort(), own.sort(), "Give each script a row in CONTRIBUTING.md, section Commands.");
  });
});
