import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { shellWord } from "../provider/text/shellWord";
import { version } from "../provider/version";
import { CliError } from "./errors";

export const languages = ["typescript", "yaml", "python", "terraform"] as const;
export type Language = (typeof languages)[number];

/** The examples of this package, which are the starting projects, too. */
const examples = join(dirname(require.resolve("pulumi-zuplo/package.json")), "examples");
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
export function startingProject(language: Language, name: string): Record<string, string> {
  const read = (file: string) => readFileSync(join(examples, exampleOf[language], file), "utf8");
  const manifest = (more: object, dependencies: object = { "@pulumi/pulumi": engineSdk }) =>
    `${JSON.stringify({ name, private: true, ...more, dependencies: { ...dependencies, "pulumi-zuplo": `^${version}` } }, undefined, 2)}\n`;
  if (language === "terraform") {
    return { "main.tf": read("main.tf"), ".gitignore": terraformIgnored, "package.json": manifest({}, {}) };
  }
  const common = {
    "Pulumi.yaml": read("Pulumi.yaml")
      .replace(/^name: .*$/m, `name: ${name}`)
      .replace("The native plugin of this checkout.", "The native plugin, as npm installed it.")
      .replace("../../bin", "node_modules/pulumi-zuplo/bin"),
    ".gitignore": ignored,
  };
  if (language === "yaml") return { ...common, "package.json": manifest({}) };
  if (language === "python") {
    return {
      ...common,
      "package.json": manifest({}),
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

/** Writes a starting project, and gives what is left to do. Nothing is written where a file of it is there already. */
export function writeProject(folder: string, language: Language): string[] {
  const root = resolve(folder);
  const files = startingProject(language, projectName(root));
  const taken = Object.keys(files).filter(file => isThere(join(root, file)));
  if (taken.length > 0) {
    throw new CliError(
      `${root} has ${taken.join(", ")} already, and nothing was written.`,
      "Give the name of a folder that is new or empty.",
      "ZUPLO1503",
    );
  }
  const written: string[] = [];
  try {
    mkdirSync(root, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      const path = join(root, file);
      writeFileSync(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (error) {
    // A part of a project is of no use, and would stand in the way of the next try.
    for (const path of written) rmSync(path, { force: true });
    throw new CliError(
      `${root} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
      "Give the name of a folder that is yours.",
      "ZUPLO1503",
    );
  }
  return nextSteps(root, language, Object.keys(files));
}

/** Whether there is something of this name, if only a link to nothing. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // There is no such folder, or it is none: what cannot be written says why.
    return false;
  }
}

/** A name that Pulumi and npm accept. */
function projectName(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "zuplo" : name.slice(0, 100);
}

/** The commands from a written project to its first run, as a shell takes them. */
const steps: Record<Language, readonly string[]> = {
  typescript: pulumiSteps(),
  yaml: pulumiSteps(),
  python: pulumiSteps(
    "python3 -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt",
    "pulumi package add ./node_modules/pulumi-zuplo/bin/pulumi-resource-zuplo",
  ),
  terraform: [
    "npx pulumi-zuplo terraform-mirror ~/.zuplo-mirror > zuplo.tfrc",
    "export TF_CLI_CONFIG_FILE=$PWD/zuplo.tfrc ZUPLO_PROJECT=NAME",
    "read -rs ZUPLO_API_KEY; export ZUPLO_API_KEY   # waits for the key, and does not show it",
    "terraform init",
    "terraform apply",
  ],
};

function pulumiSteps(...ofLanguage: readonly string[]): string[] {
  return [
    "pulumi login   # with --local, the state stays on this machine, and Pulumi asks for a passphrase",
    "pulumi stack init dev",
    ...ofLanguage,
    "pulumi config set zuplo:project NAME",
    "pulumi config set --secret zuplo:apiKey   # asks for the key",
    "pulumi up",
  ];
}

function nextSteps(root: string, language: Language, files: readonly string[]): string[] {
  const folder = relative(process.cwd(), root);
  return [
    `Wrote ${files.join(", ")} in ${root}.`,
    "",
    "Next, with your certificate in certs/client.pem and its key in certs/client-key.pem:",
    "",
    ...(folder === "" ? [] : [`  cd ${shellWord(folder.startsWith("-") ? `./${folder}` : folder)}`]),
    "  npm install",
    "  npx pulumi-zuplo check certs/client.pem certs/client-key.pem",
    ...steps[language].map(line => `  ${line}`),
    ...(language === "terraform"
      ? []
      : [
          "",
          "With a backend of your own (pulumi login --local, or a bucket), PULUMI_CONFIG_PASSPHRASE is the passphrase where nobody can be asked.",
        ]),
  ];
}
