import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { read, root } from "./blocks";

describe("SECURITY.md", () => {
  const text = read("SECURITY.md");
  const [, model = ""] = text.split("\n## Who can reach what\n");
  const [threats = ""] = model.split("\n## ");
  const parts = threats.split("\n### ").slice(1);

  it("says of each who could reach something what is promised, and what is not", () => {
    assert.ok(parts.length >= 6);
    for (const part of parts) {
      assert.match(part, /^- /m, part);
      assert.match(part, /^Not promised: /m, part);
    }
  });

  it("has for each promise a test that is there", () => {
    const promises = parts.flatMap(part => part.split("\n").filter(line => line.startsWith("- ")));
    for (const promise of promises) {
      const [, named = ""] =
        /((?:`tests\/[^`]+`(?:, )?)+)$/.exec(promise) ?? assert.fail(`no test: ${promise}`);
      for (const [, file = ""] of named.matchAll(/`([^`]+)`/g)) {
        assert.match(file, /\.test\.ts$/);
        assert.ok(existsSync(join(root, file)), file);
      }
    }
  });

  it("leads nowhere but to what is there", () => {
    for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g))
      assert.ok(existsSync(join(root, target)), target);
  });

  it("says how to report", () => {
    assert.match(text, /^## Report$/m);
  });
});
