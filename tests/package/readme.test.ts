import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Place, withAbsoluteLinks } from "../../scripts/package/readme";

const root = join(__dirname, "../..");
const repository = "https://github.com/owner/name";
const place: Place = { repository, ref: "v1.2.3" };

/** Every inline target outside code, as a page shows it. */
const targetsOf = (markdown: string) =>
  [...markdown.replace(/^```[\s\S]*?^```/gm, "").matchAll(/\]\(([^)\s]+)/g)].map(([, target = ""]) => target);

describe("a page away from its repository", () => {
  it("links to where the repository shows a file, with its anchor", () => {
    assert.equal(
      withAbsoluteLinks(
        "See [limits](docs/concepts/limits.md#of-zuplos-api) and [an example](examples/basic/).",
        place,
      ),
      `See [limits](${repository}/blob/v1.2.3/docs/concepts/limits.md#of-zuplos-api) and [an example](${repository}/blob/v1.2.3/examples/basic).`,
    );
  });

  it("shows the file itself where it is an image, also within a link", () => {
    assert.equal(
      withAbsoluteLinks("[![a run](docs/rotation.svg)](docs/performance.md)", place),
      `[![a run](${repository}/raw/v1.2.3/docs/rotation.svg)](${repository}/blob/v1.2.3/docs/performance.md)`,
    );
  });

  it("keeps absolute links, anchors of its own, and code", () => {
    const text = [
      "[Zuplo](https://zuplo.com), [below](#below), [mail](mailto:a@b.example), `[text](path)`, [`code`](#a)",
      "```md",
      "[text](docs/README.md)",
      "```",
    ].join("\n");
    assert.equal(withAbsoluteLinks(text, place), text);
  });

  it("keeps links to what goes along with it", () => {
    // given a page of the provider for Terraform, whose folder is published as a whole
    const guide = "docs/terraform/guides/rotation.md";
    const staysBeside = (path: string) => path.startsWith("docs/terraform/");
    // then
    assert.equal(
      withAbsoluteLinks("[a](../resources/mtls_binding.md), [b](../../guides/importing.md)", {
        ...place,
        file: guide,
        staysBeside,
      }),
      `[a](../resources/mtls_binding.md), [b](${repository}/blob/v1.2.3/docs/guides/importing.md)`,
    );
  });

  it("is refused where a link leads out of the repository, or is in another form", () => {
    assert.throws(() => withAbsoluteLinks("[a](../b.md)", place), /README\.md: \.\.\/b\.md leads out/);
    assert.throws(
      () => withAbsoluteLinks('one\n<img src="docs/rotation.svg">', place),
      /README\.md:2: write/,
    );
    assert.throws(() => withAbsoluteLinks("[a]: docs/README.md", place), /write the link/);
  });
});

describe("the README on a package's page", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const shown = withAbsoluteLinks(readme, place);

  it("has no relative link left, and each leads to a file that is there", () => {
    const targets = targetsOf(shown);
    assert.ok(targets.length > 30);
    for (const target of targets) {
      assert.match(target, /^(https:\/\/|#)/);
      const [, path] =
        /^https:\/\/github\.com\/owner\/name\/(?:blob|raw)\/v1\.2\.3\/([^#]+)/.exec(target) ?? [];
      if (path !== undefined) assert.ok(existsSync(join(root, path)) || path === "docs/performance.md", path);
    }
  });

  it("is the same but for its links", () => {
    const bare = (text: string) => text.replace(/\]\([^)\s]+/g, "](");
    assert.equal(bare(shown), bare(readme));
  });
});

describe("the pages for Terraform, laid out by themselves", () => {
  const pages = readdirSync(join(root, "docs/terraform"), { recursive: true, encoding: "utf8" })
    .map(file => `docs/terraform/${file.replaceAll("\\", "/")}`)
    .filter(file => file.endsWith(".md"));

  it("link to nothing outside their folder but by an absolute link", () => {
    for (const file of pages) {
      const staysBeside = (path: string) => path.startsWith("docs/terraform/");
      const text = withAbsoluteLinks(readFileSync(join(root, file), "utf8"), { ...place, file, staysBeside });
      for (const target of targetsOf(text)) {
        if (/^(https:|#)/.test(target)) continue;
        const linked = join(root, file, "..", target.split("#")[0] ?? "");
        assert.ok(
          linked.startsWith(join(root, "docs/terraform")) && existsSync(linked),
          `${file}: ${target}`,
        );
      }
    }
  });
});
