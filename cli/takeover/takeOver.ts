import { relative, resolve, sep } from "node:path";
import { stringify } from "yaml";
import type { Lookup } from "../../provider/config";
import { quote } from "../../provider/text/redact";
import { type ConnectionOptions, connect } from "../connection";
import { distributionFor } from "../distribution";
import { engineSteps, passphraseNote } from "../engineSteps";
import { CliError } from "../errors";
import { type Language, startingProject } from "../init";
import { nextStepsText, projectName, writeFiles } from "../projectFolder";
import { readLists } from "../projectLists";
import { paint, type Terminal } from "../terminal";
import { type Findings, findingsOf } from "./findings";
import { readPemFolder } from "./pemFolder";
import { pythonProgram } from "./python";
import { terraformConfiguration, terraformImports } from "./terraform";
import { typescriptProgram } from "./typescript";
import { yamlProgram } from "./yaml";

export interface TakeOverOptions extends ConnectionOptions {
  language: Language;
  /** The folder with the PEM files. */
  certificates: string;
}

/**
 * Writes the program of what a project has: the certificates whose PEM is at hand, the variables that name them, the
 * deployments that have them. It changes nothing at Zuplo, and nor does the first run of the program, which imports.
 */
export async function takeOver(
  folder: string,
  options: TakeOverOptions,
  terminal: Terminal,
  environment: Lookup,
): Promise<void> {
  const { language, certificates } = options;
  const root = resolve(folder);
  const pems = readPemFolder(certificates);
  const session = connect(options, environment, terminal);
  const project = await session.project({});
  const lists = await terminal.during("Reading the project", readLists(project));
  const found = findingsOf(project.scope, lists, pems, path => pathFrom(root, path));
  requireCertificates(found, lists.certificates.length, certificates);
  const from = distributionFor(language);
  const files = filesOf(language, projectName(root), found, from);
  writeFiles(root, files);
  for (const note of found.notes) terminal.error([paint("yellow", "by hand:"), ` ${note}`]);
  const count = found.resources.length;
  const imported = count === 1 ? "1 object" : `${count} objects`;
  const place = { ...project.scope, endpoint: session.config.endpoint, stack: "prod" };
  const isTerraform = language === "terraform";
  terminal.out(
    ...nextStepsText(
      root,
      files,
      `Next, to import ${imported} of ${quote(place.account)}/${quote(place.project)} without a change at Zuplo:`,
      [...from.install, ...engineSteps(language, place, from)],
      isTerraform
        ? ["Then delete imports.tf."]
        : ["Then remove the `import` options from the program.", passphraseNote],
    ),
  );
}

/** As the program reads it; with a slash on every system. */
function pathFrom(root: string, path: string): string {
  return relative(root, resolve(path)).split(sep).join("/");
}

/** A program of nothing would be of no use. */
function requireCertificates({ scope, resources, notes }: Findings, count: number, folder: string): void {
  if (resources.length > 0) return;
  const where = `${quote(scope.account)}/${quote(scope.project)}`;
  if (count === 0) {
    throw new CliError(
      `${where} has no certificate, and nothing was written.`,
      "Correct --project, or begin with `pulumi-zuplo init`. A key that is limited to environment types may not see them.",
      "ZUPLO1223",
    );
  }
  const [first = ""] = notes;
  throw new CliError(
    `None of the certificates of ${where} is in the program, and nothing was written. ${first}`,
    `Correct that, or give --certificates the folder that has their PEM files; it is ${quote(folder)} now.`,
    "ZUPLO1503",
  );
}

/** The files of the project, by path. */
export function filesOf(
  language: Language,
  name: string,
  found: Findings,
  from = distributionFor(language),
): Record<string, string> {
  const { ".gitignore": ignored = "", ...start } = startingProject(language, name, from);
  const common = { ...start, ".gitignore": ignored + ignoredKeys(found) };
  const plugins = from.hasPackage ? { plugins: { providers: [plugin] } } : {};
  const manifest = (runtime: string) => stringify({ name, runtime, ...plugins });
  switch (language) {
    case "typescript":
      return { ...common, "Pulumi.yaml": manifest("nodejs"), "index.ts": typescriptProgram(found) };
    case "yaml":
      return { ...common, "Pulumi.yaml": `${manifest("yaml")}\n${yamlProgram(found)}` };
    case "python":
      return { ...common, "Pulumi.yaml": manifest("python"), "__main__.py": pythonProgram(found) };
    case "terraform":
      return {
        ...common,
        "main.tf": terraformConfiguration(found),
        "imports.tf": terraformImports(found),
      };
  }
}

/** Only the native plugin can import. */
const plugin = { name: "zuplo", path: "node_modules/pulumi-zuplo/bin" };

/** The keys that lie in the project. */
function ignoredKeys({ keyPaths }: Findings): string {
  return keyPaths
    .filter(path => !path.startsWith("../") && !/^([A-Za-z]:)?\//.test(path))
    .map(path => `/${ignored(path)}\n`)
    .join("");
}

/** A path as .gitignore takes it word for word: without patterns, and with the spaces at its end. */
function ignored(path: string): string {
  return path.replace(/[\\*?[\]]/g, "\\$&").replace(/ +$/, spaces => "\\ ".repeat(spaces.length));
}
