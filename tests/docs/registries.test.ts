import assert from "node:assert/strict";
import { exampleIn, type Fence } from "../../provider/schema/examples";
import {
  maxTerraformPageBytes,
  overview,
  type Pages,
  problemsForPulumi,
  problemsForTerraform,
  setUp,
} from "../../scripts/docs/registries";
import {
  pulumiPackage,
  pulumiPages,
  registryProblems,
  terraformPages,
} from "../../scripts/docs/registryPages";
import { blocksOf } from "./blocks";

/** The pages with one of them changed. */
const edited = (pages: Pages, file: string, edit: (text: string) => string): Pages =>
  new Map(pages).set(file, edit(pages.get(file) ?? assert.fail(`no ${file}`)));

describe("the pages for the registries", () => {
  for (const [registry, problems] of Object.entries(registryProblems()))
    it(`are what ${registry} can show`, () => assert.deepEqual(problems, []));
});

describe("the overview in Pulumi's registry", () => {
  it("shows the example of the binding in each language, which the tests run or compile", () => {
    const fences: Fence[] = ["typescript", "python", "go", "yaml"];
    const shown = blocksOf(overview).filter(({ language }) => language !== "sh");
    assert.deepEqual(
      shown.map(({ language }) => language),
      fences,
    );
    for (const { language, text } of shown)
      assert.equal(text.trimEnd(), exampleIn(language as Fence, "MtlsBinding"), language);
  });
});

describe("a page that Pulumi's registry would not show as it is meant", () => {
  const cases: [what: string, file: string, edit: (text: string) => string, problem: RegExp][] = [
    ["has no front matter", overview, text => text.replace(/^---[\s\S]*?---\n/, ""), /does not begin/],
    ["has another layout", setUp, text => text.replace("layout: package", "layout: docs"), /layout must be/],
    [
      "is called otherwise",
      setUp,
      text => text.replace(/^title: .*/m, "title: Set up"),
      /title must be 'Zuplo I/,
    ],
    [
      "has a field of its own",
      overview,
      text => text.replace("---\n", "---\nh1: Zuplo\n"),
      /'h1' is not one/,
    ],
    [
      "does not describe itself",
      overview,
      text => text.replace(/^meta_desc: .*/m, "meta_desc: A b. C"),
      /one sent/,
    ],
    ["has a second title", overview, text => `${text}\n# Zuplo\n`, /'# Zuplo' is a second one/],
    [
      "begins with a heading",
      overview,
      text => text.replace("---\n\n", "---\n\n## Overview\n\n"),
      /begins with a h/,
    ],
    [
      "lacks a section",
      overview,
      text => text.replace("## Example Usage", "## Example"),
      /must have the sections/,
    ],
    ["links to a file", setUp, text => `${text}\n[a](guides/importing.md)\n`, /'guides\/importing\.md'/],
    ["shows an image beside it", overview, text => `${text}\n![a](rotation.svg)\n`, /'rotation\.svg'/],
    [
      "links to a resource that there is not",
      overview,
      text => text.replace("/mtlsbinding/", "/other/"),
      /other/,
    ],
    ["has HTML", overview, text => `${text}\n<img src="./a.png">\n`, /in Markdown/],
    [
      "lacks a language",
      overview,
      text => text.replace("python,go,yaml", "python,go,java,yaml"),
      /java.* holds/,
    ],
    ["has a language of its own", overview, text => text.replaceAll("python", "perl"), /there is not: perl/],
    [
      "mixes delimiters",
      overview,
      text => text.replace("{{% /choosable %}}", "{{< /choosable >}}"),
      /no shortcode/,
    ],
    [
      "leaves a chooser open",
      overview,
      text => text.replace(/\{\{< \/chooser >\}\}(?![\s\S]*chooser)/, ""),
      /not closed/,
    ],
  ];

  for (const [what, file, edit, problem] of cases)
    it(what, () => {
      const problems = problemsForPulumi(edited(pulumiPages(), file, edit), pulumiPackage());
      assert.match(problems.join("\n"), problem);
    });

  it("is missing", () => {
    const pages = new Map(pulumiPages());
    pages.delete(setUp);
    assert.deepEqual(problemsForPulumi(pages, pulumiPackage()), [`${setUp}: is missing.`]);
  });
});

describe("a page that the registries of Terraform and OpenTofu would not show as it is meant", () => {
  const page = "resources/mtls_binding.md";
  const problemsOf = (pages: Pages) => problemsForTerraform(pages, "zuplo").join("\n");
  const cases: [what: string, file: string, edit: (text: string) => string, problem: RegExp][] = [
    ["has no front matter", page, text => text.replace(/^---[\s\S]*?---\n/, ""), /does not begin/],
    [
      "has no title",
      page,
      text => text.replace(/^page_title: .*/m, 'page_title: "Binding"'),
      /page_title must/,
    ],
    ["has no subcategory", page, text => text.replace(/^subcategory: .*\n/m, ""), /subcategory is missing/],
    [
      "describes nothing",
      page,
      text => text.replace(/^description: [\s\S]*?\n---/m, 'description: ""\n---'),
      /says n/,
    ],
    [
      "has a field of the former site",
      page,
      text => text.replace("---\n", "---\nlayout: zuplo\n"),
      /'layout' is not/,
    ],
    ["has a second title", page, text => `${text}\n# More\n`, /exactly one heading/],
    ["lacks a section", page, text => text.replace("## Import", "## Imports"), /no section 'Import'/],
    ["has code of no language", page, text => `${text}\n\`\`\`\ncode\n\`\`\`\n`, /without a language/],
    ["is too long", page, text => text + "x".repeat(maxTerraformPageBytes), /bytes or more/],
  ];

  for (const [what, file, edit, problem] of cases)
    it(what, () => assert.match(problemsOf(edited(terraformPages(), file, edit)), problem));

  it("lies where none is looked for, or is called by the provider's name", () => {
    const text = terraformPages().get(page) ?? "";
    const told = problemsOf(
      new Map(terraformPages()).set("more/a.md", text).set("b.md", text).set("resources/zuplo_c.md", text),
    );
    assert.match(told, /^more\/a\.md: has no place/m);
    assert.match(told, /^b\.md: has no place/m);
    assert.match(told, /^resources\/zuplo_c\.md: leave 'zuplo_' out/m);
  });

  it("is missing, or is one of too many", () => {
    const text = terraformPages().get(page) ?? "";
    const many = new Map(Array.from({ length: 1001 }, (_, index) => [`resources/a${index}.md`, text]));
    assert.match(problemsOf(many), /index\.md: is missing\.\nthere are more than 1000 pages/);
  });
});
