import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getAsset, isSea } from "node:sea";

/** The text of a file of this package, by its path in the package; the single executable has it inside. */
export function readPackageFile(path: string): string {
  if (isSea()) return getAsset(path, "utf8");
  // By the package's own name, since the distance differs between the sources and what is published.
  return readFileSync(join(dirname(require.resolve("pulumi-zuplo/package.json")), path), "utf8");
}
