import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** The core: everything but what serves it, and what makes the schema of one engine. */
const core = (readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" }) as string[])
  .filter(path => path.endsWith(".ts") && !/^(adapters|schema)\/|^index\.ts$/.test(path))
  .map(path => `provider/${path}`);

/** What is left of a source without its comments. */
const codeOf = (path: string) =>
  readFileSync(join(root, path), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");

describe("the core", () => {
  for (const path of core) {
    it(`knows no engine: ${path}`, () => {
      // The package and its command have the name; the environment variable has it, too.
      const code = codeOf(path).replaceAll("pulumi-zuplo", "").replaceAll("PULUMI_ZUPLO", "");
      const named = code
        .split("\n")
        .filter(line => /pulumi|terraform|\btofu|\bzuplo:(?!index)/i.test(line) && !/Zuplo: /.test(line));
      assert.deepEqual(named, []);
      assert.doesNotMatch(code, /from "(\.\.\/)+(adapters|sdk|cli)\//);
    });
  }
});

/** From what a program reaches first to the ground floor. What runs is imported down this list; types may look up. */
const layers = [
  "index",
  "schema",
  "adapters",
  "lookups",
  "lifecycle",
  "resources",
  "session",
  "projectSession",
  "program",
  "rotation",
  "record",
  "certificates",
  "boundedFile",
  "probe",
  "api",
  "config",
  "settings",
  "deadline",
  "tls",
  "version",
  "repository",
  "packageFile",
  "text",
];

describe("the folders of provider/", () => {
  const sources = (
    readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" }) as string[]
  ).filter(path => path.endsWith(".ts"));
  const layerOf = (path: string) => layers.indexOf(path.split("/")[0]?.replace(/\.ts$/, "") ?? "");

  it("are all in the list, and nothing else is", () => {
    assert.deepEqual(
      [...new Set(sources.map(layerOf))].sort((a, b) => a - b),
      [...layers.keys()],
    );
  });

  it("import nothing of what is made with them", () => {
    const reaching = sources.filter(path => /["'](\.\.\/)+(sdk|cli)\//.test(codeOf(`provider/${path}`)));
    assert.deepEqual(reaching, []);
  });

  it("import down the list only", () => {
    const against = sources.flatMap(path => {
      const imports = codeOf(`provider/${path}`).matchAll(
        /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gms,
      );
      return [...imports].flatMap(([, target = ""]) => {
        const reached = join(path, "..", target);
        return layerOf(reached) < layerOf(path) ? [`${path} → ${reached}`] : [];
      });
    });
    assert.deepEqual(against, []);
  });
});
