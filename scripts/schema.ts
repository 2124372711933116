import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../provider/schema/manifest";
import { schemaText } from "../provider/schema/package";

/** Writes schema.json; with --check only says whether it is stale. */
const root = join(__dirname, "..");
const path = join(root, "schema.json");
const text = schemaText(readManifest(join(root, "package.json")));

if (!process.argv.includes("--check")) {
  writeFileSync(path, text);
} else if (current() !== text) {
  console.error("schema.json is not what the sources say: write it again with `npm run schema`.");
  process.exitCode = 1;
}

function current(): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
