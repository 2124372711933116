/** Writes the pages of docs/ that come from the contracts and the CLI, and whatever names the owner; with --check only says what is stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { metadataOf, readManifest } from "../provider/schema/manifest";
import { packageSpec } from "../provider/schema/package";
import { commandsPage } from "./docs/commands";
import { functionPage, resourcePage } from "./docs/page";
import { misplaced, placedFiles } from "./docs/placed";
import { terraformPages } from "./docs/terraform/pages";

const root = join(__dirname, "..");
const target = join(root, "docs");
const isChecking = process.argv.includes("--check");
const manifest = readManifest(join(root, "package.json"));
const schema = packageSpec(manifest);

/** Before the pages, which show the examples. */
const placed = placedFiles(metadataOf(manifest));
const wrong = misplaced(placed);
if (!isChecking) for (const file of wrong) writeFileSync(join(root, file), placed.get(file) ?? "");

/** The generated pages, by path. */
const pages = new Map<string, string>();
for (const [token, spec] of Object.entries(schema.resources))
  pages.set(`reference/resources/${nameOf(token)}.md`, resourcePage(nameOf(token), spec, schema.types));
for (const [token, spec] of Object.entries(schema.functions))
  pages.set(`reference/functions/${nameOf(token)}.md`, functionPage(nameOf(token), spec, schema.types));
for (const [name, text] of terraformPages()) pages.set(`terraform/${name}`, text);
pages.set("reference/commands.md", commandsPage());

/** Where nothing but generated pages is. */
const folders = [
  "reference/resources",
  "reference/functions",
  "terraform/resources",
  "terraform/data-sources",
  "terraform/functions",
];

if (!isChecking) {
  for (const folder of folders) {
    rmSync(join(target, folder), { recursive: true, force: true });
    mkdirSync(join(target, folder), { recursive: true });
  }
  for (const [name, text] of pages) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    writeFileSync(join(target, name), text);
  }
} else {
  const stale = [...differences().map(name => `docs/${name}`), ...wrong];
  if (stale.length > 0) {
    console.error(
      "These are not what the contracts and package.json say: write them again with `npm run docs`.",
    );
    for (const name of stale) console.error(`  ${name}`);
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
