/** What follows from `repository` in package.json and stands in files that are written by hand. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceAddress } from "../../provider/adapters/terraformAddress";
import type { Metadata } from "../../provider/schema/manifest";

const root = join(__dirname, "../..");

/** Where configurations ask for the provider. */
const folders = ["docs/terraform/guides", "docs/examples/terraform", "examples/terraform"];
const address = /"[\w-]+\/zuplo"/g;

/** Such files as they have to be, by path below the root. */
export function placedFiles(metadata: Metadata | undefined): Map<string, string> {
  const files = folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter(file => /\.(tf|md)$/.test(file))
      .map(file => join(folder, file)),
  );
  const placed = files.map((file): [string, string] => [
    file,
    readFileSync(join(root, file), "utf8").replace(address, JSON.stringify(sourceAddress)),
  ]);
  return new Map([...placed, [".github/ISSUE_TEMPLATE/config.yml", issueChooser(metadata)]]);
}

/** Those of them that are not. */
export function misplaced(files: ReadonlyMap<string, string>): string[] {
  const current = (file: string) => {
    const path = join(root, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
  return [...files].filter(([file, text]) => current(file) !== text).map(([file]) => file);
}

/** GitHub takes whole addresses only, so there is no link before there is a repository. */
function issueChooser(metadata: Metadata | undefined): string {
  const lines = ["# Written by `npm run docs`.", "blank_issues_enabled: false"];
  if (metadata === undefined)
    lines.push("# The link to SECURITY.md comes when `repository` in package.json is set.");
  else
    lines.push(
      "contact_links:",
      "  - name: Something that others could misuse",
      `    url: ${metadata.security}`,
      "    about: Please report it in private. SECURITY.md says how.",
    );
  return `${lines.join("\n")}\n`;
}
