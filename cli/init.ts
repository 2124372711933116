import { resolve } from "node:path";
import { stringify } from "yaml";
import { readPackageFile } from "../provider/packageFile";
import { version } from "../provider/version";
import { type Distribution, distributionFor } from "./distribution";
import { engineSteps, passphraseNote } from "./engineSteps";
import { nextStepsText, projectName, writeFiles } from "./projectFolder";

export const languages = ["typescript", "yaml", "python", "terraform"] as const;
export type Language = (typeof languages)[number];

/** The examples of this package, which are the starting projects, too. */
const exampleOf: Record<Language, string> = {
  typescript: "basic",
  yaml: "yaml",
  python: "python",
  terraform: "terraform/first-rotation",
};

/** What is not in the examples: there, the package comes from the checkout. */
const engineSdk = "^3.139.0";
const ignored = "node_modules/\n.venv/\n__pycache__/\n# The certificate and its key.\ncerts/\n";
const terraformIgnored =
  "node_modules/\n.terraform/\n*.tfstate*\nzuplo.tfrc\n# The certificate and its key.\ncerts/\n";

/** The files of a starting project, by path. */
export function startingProject(
  language: Language,
  name: string,
  { hasPackage }: Distribution = distributionFor(language),
): Record<string, string> {
  const read = (file: string) => readPackageFile(`examples/${exampleOf[language]}/${file}`);
  const manifest = (more: object, dependencies: object = { "@pulumi/pulumi": engineSdk }) =>
    `${JSON.stringify({ name, private: true, ...more, dependencies: { ...dependencies, "pulumi-zuplo": `^${version}` } }, undefined, 2)}\n`;
  const ofNpm = (text: string): Record<string, string> => (hasPackage ? { "package.json": text } : {});
  if (language === "terraform")
    return { "main.tf": read("main.tf"), ".gitignore": terraformIgnored, ...ofNpm(manifest({}, {})) };
  const common = {
    "Pulumi.yaml": read("Pulumi.yaml")
      .replace(/^name: .*$/m, () => stringify({ name }).trimEnd())
      .replace("The native plugin of this checkout.", "The native plugin, as npm installed it.")
      .replace("../../bin", "node_modules/pulumi-zuplo/bin")
      // An installed plugin is found without it.
      .replace(/^# The native plugin.*\nplugins:\n( .*\n)+/m, section => (hasPackage ? section : "")),
    ".gitignore": ignored,
  };
  if (language === "yaml") return { ...common, ...ofNpm(manifest({})) };
  if (language === "python") {
    return {
      ...common,
      ...ofNpm(manifest({})),
      "__main__.py": read("__main__.py"),
      "requirements.txt": "pulumi>=3.139.0,<4.0.0\n",
    };
  }
  const { main, devDependencies } = JSON.parse(read("package.json")) as Record<string, unknown>;
  return {
    ...common,
    "package.json": manifest({ main, devDependencies }),
    "index.ts": read("index.ts"),
    "tsconfig.json": read("tsconfig.json"),
  };
}

/** Writes a starting project, and gives what is left to do. */
export function writeProject(folder: string, language: Language): string[] {
  const root = resolve(folder);
  const from = distributionFor(language);
  const files = startingProject(language, projectName(root), from);
  writeFiles(root, files);
  const next = "Next, with your certificate in certs/client.pem and its key in certs/client-key.pem:";
  const steps = [
    ...from.install,
    `${from.command} check certs/client.pem certs/client-key.pem`,
    ...engineSteps(language, { project: "NAME", stack: "dev" }, from),
  ];
  return nextStepsText(root, files, next, steps, language === "terraform" ? [] : [passphraseNote]);
}
