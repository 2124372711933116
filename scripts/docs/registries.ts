/**
 * What the registries ask of the pages that they show: Pulumi's of `docs/_index.md` and
 * `docs/installation-configuration.md`, which it takes from the tag of a release as they are, and Terraform's and
 * OpenTofu's of a folder `docs/`, which is `docs/terraform` here.
 */
import { basename, dirname } from "node:path/posix";
import { parse } from "yaml";

/** The text of each page, by its path. */
export type Pages = ReadonlyMap<string, string>;

interface Page {
  /** What stands between the first two `---`; missing where there is none. */
  front: Record<string, unknown> | undefined;
  /** The lines below it, without what is in code blocks. */
  prose: string[];
  /** The languages of its code blocks. */
  fences: string[];
}

function pageOf(text: string): Page {
  const [, front, body = text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const fences: string[] = [];
  let isOpen = false;
  const prose = body.split("\n").map(line => {
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence !== null && !isOpen) fences.push(fence[1] ?? "");
    const isCode = isOpen || fence !== null;
    if (fence !== null) isOpen = !isOpen;
    return isCode ? "" : line;
  });
  return { front: front === undefined ? undefined : parse(front), prose, fences };
}

const headings = ({ prose }: Page, level: number) =>
  prose.filter(line => line.startsWith(`${"#".repeat(level)} `)).map(line => line.slice(level + 1));

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** What of Pulumi's package a page may link to, and must be called. */
export interface PulumiPackage {
  /** As in a program, such as `zuplo`. */
  name: string;
  displayName: string;
  /** Names of its resources and functions. */
  members: readonly string[];
}

export const overview = "docs/_index.md";
export const setUp = "docs/installation-configuration.md";

/** What Pulumi's registry would not take, or not show as it is meant; nothing where all is well. */
export function problemsForPulumi(pages: Pages, shown: PulumiPackage): string[] {
  const titles = new Map([
    [overview, shown.displayName],
    [setUp, `${shown.displayName} Installation & Configuration`],
  ]);
  return [...titles].flatMap(([file, title]) => {
    const text = pages.get(file);
    if (text === undefined) return [`${file}: is missing.`];
    const page = pageOf(text);
    const problems = [
      ...frontForPulumi(page, title, shown),
      ...headings(page, 1).map(heading => `the title is the heading; '# ${heading}' is a second one.`),
      ...(file === overview ? sectionsOf(page) : []),
      ...linksForPulumi(page, shown),
      ...chooserProblems(text),
    ];
    return problems.map(problem => `${file}: ${problem}`);
  });
}

function frontForPulumi({ front }: Page, title: string, { displayName }: PulumiPackage): string[] {
  if (front === undefined) return ["does not begin with front matter."];
  const described = textOf(front.meta_desc);
  return [
    ...Object.keys(front)
      .filter(key => !["title", "meta_desc", "layout"].includes(key))
      .map(key => `front matter: '${key}' is not one of title, meta_desc, layout.`),
    ...(front.title === title ? [] : [`front matter: title must be '${title}'.`]),
    ...(front.layout === "package" ? [] : ["front matter: layout must be 'package'."]),
    ...(described.includes(displayName) && /^[^.]+\.$/.test(described)
      ? []
      : [`front matter: meta_desc must be one sentence that names ${displayName}.`]),
  ];
}

/** The sections of an overview, in the order in which the registry wants them. */
const expectedSections = ["Installation", "Example Usage", "Configuration"];

function sectionsOf(page: Page): string[] {
  const first = page.prose.find(line => line.trim() !== "") ?? "";
  const found = headings(page, 2).filter(heading => expectedSections.includes(heading));
  return [
    ...(first.startsWith("#") ? ["begins with a heading, not with what the package does."] : []),
    ...(found.join() === expectedSections.join()
      ? []
      : [`must have the sections ${expectedSections.join(", ")}, in this order.`]),
  ];
}

/** The page is shown elsewhere, so a link leads to where the registry shows a page, or to the web. */
function linksForPulumi({ prose }: Page, { name, members }: PulumiPackage): string[] {
  const own = `/registry/packages/${name}`;
  const published = [
    `${own}/`,
    `${own}/installation-configuration/`,
    ...members.map(member => `${own}/api-docs/${member.toLowerCase()}/`),
  ];
  return prose.flatMap(line => [
    ...[...line.matchAll(/\]\(([^)\s]+)/g)]
      .map(([, target = ""]) => target)
      .filter(target => !/^(https:|#)/.test(target) && !published.includes(target.replace(/#.*$/, "")))
      .map(target => `the registry does not have '${target}'.`),
    ...(/<(a|img)\s/i.test(line) ? ["write links and images in Markdown."] : []),
  ]);
}

const knownLanguages = ["typescript", "python", "go", "csharp", "java", "yaml", "hcl"];
const shortcode = /\{\{([<%]) (\/?)(chooser|choosable)(?: language "?([\w,]+)"?)? ([>%])\}\}/;

/** `{{< chooser language "a,b" >}}` holds one `{{% choosable language a %}}` for each, with a block of code in it. */
function chooserProblems(text: string): string[] {
  const problems: string[] = [];
  let open: { languages: string[]; told: string[] } | undefined;
  let block: { language: string; hasCode: boolean } | undefined;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line) && block !== undefined) block.hasCode = true;
    if (!/\{\{[<%]/.test(line)) continue;
    const [, begin, end, kind, languages = "", close] = shortcode.exec(line) ?? [];
    const expected = kind === "chooser" ? "<>" : "%%";
    if (kind === undefined || `${begin}${close}` !== expected) {
      problems.push(`is no shortcode as the registry reads it: ${line.trim()}`);
    } else if (kind === "chooser" && end === "") {
      open = { languages: languages.split(","), told: [] };
      const unknown = open.languages.filter(language => !knownLanguages.includes(language));
      if (unknown.length > 0)
        problems.push(`a chooser has a language that there is not: ${unknown.join(", ")}`);
    } else if (kind === "chooser") {
      if (open?.languages.join() !== open?.told.join())
        problems.push(
          `a chooser of ${open?.languages.join(", ")} holds ${open?.told.join(", ") || "nothing"}.`,
        );
      open = undefined;
    } else if (end === "") {
      block = { language: languages, hasCode: false };
      open?.told.push(languages);
    } else {
      if (block?.hasCode === false) problems.push(`a choosable of ${block.language} has no code.`);
      block = undefined;
    }
  }
  if (open !== undefined || block !== undefined) problems.push("a chooser is not closed.");
  return problems;
}

/** Bytes of a page from which on the registry cuts it off. */
export const maxTerraformPageBytes = 500_000;
const maxTerraformPages = 1000;

/** What each kind of page must say, by its folder. */
const terraformSections: Record<string, readonly string[]> = {
  ".": ["Example Usage", "Schema"],
  resources: ["Example Usage", "Schema", "Import"],
  "data-sources": ["Example Usage", "Schema"],
  functions: ["Example Usage", "Signature", "Arguments"],
  guides: [],
};

/**
 * What the registries of Terraform and OpenTofu would not take, or not show.
 *
 * @param pages by their path below `docs/`
 * @param name the provider's, such as `zuplo`
 */
export function problemsForTerraform(pages: Pages, name: string): string[] {
  return [
    ...(pages.has("index.md") ? [] : ["index.md: is missing."]),
    ...(pages.size > maxTerraformPages ? [`there are more than ${maxTerraformPages} pages.`] : []),
    ...[...pages].flatMap(([path, text]) =>
      terraformPageProblems(path, text, name).map(problem => `${path}: ${problem}`),
    ),
  ];
}

function terraformPageProblems(path: string, text: string, name: string): string[] {
  const folder = dirname(path);
  const sections = terraformSections[folder];
  if (sections === undefined || (folder === "." && path !== "index.md"))
    return ["has no place in this layout."];
  const page = pageOf(text);
  const found = headings(page, 2);
  const [title, ...others] = headings(page, 1);
  return [
    ...frontForTerraform(page, name),
    ...(/^[a-z0-9_-]+\.md$/.test(basename(path)) ? [] : ["has a name that makes a bad address."]),
    ...(folder !== "guides" && basename(path).startsWith(`${name}_`)
      ? [`leave '${name}_' out of the file's name.`]
      : []),
    ...(title !== undefined && others.length === 0 ? [] : ["must have exactly one heading of level 1."]),
    ...sections.filter(section => !found.includes(section)).map(section => `has no section '${section}'.`),
    ...(page.fences.includes("") ? ["has a block of code without a language."] : []),
    ...(Buffer.byteLength(text) < maxTerraformPageBytes
      ? []
      : [`has ${maxTerraformPageBytes} bytes or more.`]),
  ];
}

function frontForTerraform({ front }: Page, name: string): string[] {
  if (front === undefined) return ["does not begin with front matter."];
  const { page_title, subcategory, description, ...others } = front;
  return [
    ...Object.keys(others).map(key => `front matter: '${key}' is not for this registry.`),
    ...(textOf(page_title).endsWith(` - ${name}`)
      ? []
      : [`front matter: page_title must end with ' - ${name}'.`]),
    ...(typeof subcategory === "string" ? [] : ["front matter: subcategory is missing."]),
    ...(textOf(description).trim().length > 20 ? [] : ["front matter: description says nothing."]),
  ];
}
