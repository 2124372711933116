import { readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import ts from "typescript";
import { parse } from "yaml";
import { allBlocks, read, root } from "./blocks";

export type Language = "typescript" | "yaml" | "python" | "go";

const extensions: Record<string, Language> = {
  ".ts": "typescript",
  ".yaml": "yaml",
  ".py": "python",
  ".go": "go",
};
const languages: Record<string, Language> = {
  ts: "typescript",
  typescript: "typescript",
  yaml: "yaml",
  python: "python",
  go: "go",
};

/** What the programs name a certificate by. */
export const certificateVariable = "BACKEND_MTLS_CERT";

/** Code that the gateway runs: it is tried by itself. */
export const isGatewayCode = (text: string) => text.includes("@zuplo/runtime");

/** Every program that a reader may copy: those of docs/examples, and the blocks of the documents, each once. */
export function programs(language: Language): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(join(root, "docs/examples")).sort())
    if (extensions[extname(file)] === language)
      found.set(basename(file).replace(".", "_"), read(`docs/examples/${file}`));
  const known = new Set([...found.values()].map(text => text.trim()));
  for (const block of allBlocks()) {
    if (languages[block.language] !== language || isGatewayCode(block.text)) continue;
    if (known.has(block.text.trim())) continue;
    known.add(block.text.trim());
    found.set(`${block.file.replace(/\W+/g, "_")}_${block.line}`, block.text);
  }
  return found;
}

/** Programs that can be one: a variable of a branch has one resource, so those that set the same one stand alone. */
export function groupsOf(sources: Map<string, string>): Map<string, string>[] {
  const setting = [...sources].filter(([, text]) => text.includes(certificateVariable));
  const others = [...sources].filter(([, text]) => !text.includes(certificateVariable));
  return [new Map(others), ...setting.map(program => new Map([program]))];
}

/** Node modules, and one that loads them all. */
export function nodeProgram(sources: Map<string, string>): Map<string, string> {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const files = new Map(
    [...sources].map(([name, text]) => [
      `${name}.js`,
      ts.transpileModule(text, { compilerOptions }).outputText,
    ]),
  );
  const all = [...sources.keys()].map(name => `Object.assign(exports, require("./${name}.js"));`);
  return files.set("index.js", all.join("\n"));
}

/** Python modules, and one that runs them all. */
export function pythonProgram(sources: Map<string, string>): Map<string, string> {
  const files = new Map([...sources].map(([name, text]) => [`${name}.py`, text]));
  const all = [...sources.keys()].map(name => `runpy.run_path("${name}.py")`);
  return files.set("__main__.py", ["import runpy", ...all, ""].join("\n"));
}

/** The sections of all YAML programs together. */
export function yamlProgram(sources: Map<string, string>): Record<string, unknown> {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const [name, text] of sources) {
    const program = parse(text) as Record<string, unknown>;
    for (const section of ["config", "variables", "resources", "outputs"]) {
      const entries = (program[section] ?? {}) as Record<string, unknown>;
      merged[section] ??= {};
      for (const [key, value] of Object.entries(entries)) {
        if (key in merged[section])
          throw new Error(`${name}: '${key}' is in another program of the docs already.`);
        merged[section][key] = value;
      }
    }
  }
  return merged;
}
