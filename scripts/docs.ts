/** Writes the pages of docs/ that come from the contracts and from the CLI; with --check only says whether they are stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Manifest, packageSpec } from "../provider/schema/package";
import { commandsPage } from "./docs/commands";
import { functionPage, resourcePage } from "./docs/page";
import { terraformPages } from "./docs/terraform/pages";

const root = join(__dirname, "..");
const target = join(root, "docs");
const schema = packageSpec(JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest);

/** The generated pages, by path. */
const pages = new Map<string, string>();
for (const [token, spec] of Object.entries(schema.resources))
  pages.set(`resources/${nameOf(token)}.md`, resourcePage(nameOf(token), spec, schema.types));
for (const [token, spec] of Object.entries(schema.functions))
  pages.set(`functions/${nameOf(token)}.md`, functionPage(nameOf(token), spec, schema.types));
for (const [name, text] of terraformPages()) pages.set(`terraform/${name}`, text);
pages.set("reference/commands.md", commandsPage());

/** Where nothing but generated pages is. */
const folders = [
  "resources",
  "functions",
  "terraform/resources",
  "terraform/data-sources",
  "terraform/functions",
];

if (!process.argv.includes("--check")) {
  for (const folder of folders) {
    rmSync(join(target, folder), { recursive: true, force: true });
    mkdirSync(join(target, folder), { recursive: true });
  }
  for (const [name, text] of pages) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), text);
  }
} else {
  const stale = differences();
  if (stale.length > 0) {
    console.error("docs/ is not what the contracts say: write it again with `npm run docs`.");
    for (const name of stale) console.error(`  docs/${name}`);
    process.exitCode = 1;
  }
}

function nameOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}

/** Pages that are missing, that differ, or that nothing has generated. */
function differences(): string[] {
  const kept = folders.flatMap(folder =>
    existsSync(join(target, folder))
      ? readdirSync(join(target, folder)).map(file => `${folder}/${file}`)
      : [],
  );
  const surplus = kept.filter(name => !pages.has(name));
  const changed = [...pages].filter(([name, text]) => current(name) !== text).map(([name]) => name);
  return [...changed, ...surplus].sort();
}

function current(name: string): string | undefined {
  const path = join(target, name);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
