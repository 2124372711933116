import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The package's schema.json, read when it is asked for. */
export function readSchema(): Promise<string> {
  // By the package's own name, since the distance differs between the sources and what is published.
  return readFile(join(dirname(require.resolve("pulumi-zuplo/package.json")), "schema.json"), "utf8");
}
