import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../../provider/schema/manifest";
import { type Checkout, obstaclesOf, sectionOf } from "../../scripts/release/obstacles";

const root = join(__dirname, "../..");
const changelog =
  "# Changelog\n\n## [1.2.3] - 2026-12-01\n\n### Added\n- More.\n\n## [1.2.2] - 2026-11-01\n- Less.\n";
const manifest = {
  ...readManifest(join(root, "package.json")),
  version: "1.2.3",
  repository: "github:acme/pulumi-zuplo",
};
const ready: Checkout = { manifest, changed: [], tags: ["v1.2.3"], changelog };
const obstacles = (change: Partial<Checkout>) => obstaclesOf({ ...ready, ...change });

describe("a release", () => {
  it("begins with an owner, a clean checkout, the tag of the version, and a dated section on what it brings", () => {
    assert.deepEqual(obstacles({}), []);
  });

  it("is refused without an owner, with the command that sets one", () => {
    const { repository: _, ...unset } = manifest;
    assert.deepEqual(obstacles({ manifest: unset }), [
      "The project has no owner yet: run `npm pkg set repository=github:OWNER/pulumi-zuplo`, then `npm run schema`, `npm run sdk` and `npm run docs`.",
    ]);
  });

  it("is refused with changes that are not committed", () => {
    assert.deepEqual(obstacles({ changed: [" M cli/status.ts", "?? notes"] }), [
      "There are changes that are not committed (cli/status.ts and 1 more): commit them.",
    ]);
  });

  it("is refused under another tag, or none", () => {
    assert.deepEqual(obstacles({ tags: ["v1.2.2", "stable"] }), [
      "This commit is tagged v1.2.2, and package.json has version 1.2.3: make them the same.",
    ]);
    assert.deepEqual(obstacles({ tags: [] }), [
      "This commit has no tag: give it that of its version with `git tag v1.2.3`.",
    ]);
  });

  it("is refused while the changelog does not say what it brings, and since when", () => {
    assert.deepEqual(obstacles({ changelog: "# Changelog\n\n## [1.2.2] - 2026-11-01\n" }), [
      "CHANGELOG.md has no section for 1.2.3: write what it brings.",
    ]);
    assert.deepEqual(obstacles({ changelog: changelog.replace("2026-12-01", "Unreleased") }), [
      "CHANGELOG.md gives 1.2.3 no date: write `## [1.2.3] - YYYY-MM-DD`.",
    ]);
  });

  it("has its section of the changelog as its page's text", () => {
    assert.deepEqual(sectionOf(changelog, "1.2.3"), { date: "2026-12-01", text: "### Added\n- More.\n" });
    assert.equal(sectionOf(changelog, "1.2"), undefined);
  });
});

describe("CHANGELOG.md", () => {
  it("says what the version of package.json brings, and mends nothing that was never released", () => {
    const { version } = readManifest(join(root, "package.json"));
    const { text } = sectionOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version) ?? assert.fail();
    assert.ok(text.length > 500);
    if (version === "0.1.0") assert.doesNotMatch(text, /^### (Changed|Fixed|Removed|Deprecated)/m);
  });
});
