import { exampleLines, helpOf } from "../../cli/help";
import { everyCommand } from "../cli/everyCommand";
import { allBlocks, blocksOf, documents, proseOf } from "./blocks";

/** A command as a document names it, and where. */
export interface Command {
  at: string;
  text: string;
}

/** Programs whose commands are looked for in prose; what other tools are called with there is their business. */
const PROGRAMS = /^(pulumi|npm|npx|node|bash) [a-z-]/;

/** How an SDK is generated. */
export const packageAdd = "pulumi package add ./node_modules/pulumi-zuplo/bin/pulumi-resource-zuplo";

/** What takes the place of an account in the guide of the first rotation. */
export const localZuplo = "npm run emulator -- --pki ../shop --branch staging --branch main";
export const nextCertificate = "npm run certificates -- ../shop --rotate";

/** They need a certificate in use. */
const release = "npx pulumi-zuplo release backend_prod_8d804666e4d5";
const releases = [
  `${release} --branch main --value NAME`,
  `${release} --branch staging --branch main --value NAME`,
  `${release} --branch staging --branch main --value NAME --yes`,
];

const acceptance = "npm run acceptance -- --project NAME --branch PREVIEW_BRANCH";

/** They need the executable of a release. */
export const withoutNode = "docs/guides/without-node.md";

/** They need an authority. */
const renewing = [
  "sh renew.sh step ca renew --force client.pem client-key.pem",
  "sh renew.sh sh issue-step-ca.sh",
  "pulumi stack output certificate > client.pem",
];

/** The examples of every `--help`, which the page of the commands has, too. */
const helpExamples = everyCommand()
  .flatMap(command => exampleLines(helpOf(command)))
  .map(typedLine);

/** Commands that other tests run, which belong to the same text elsewhere. */
export const elsewhere: Record<string, string> = {
  // Of which it plays 300, of another seed.
  "npm run model -- --runs 20000 --seed 20270801": "tests/model/model.test.ts",
  "npm start": "tests/demo/demo.serial.test.ts",
  "npm start -- --engine terraform": "tests/demo/terraform.slow.test.ts",
  "npm start -- --picture docs/rotation.svg": "tests/demo/demo.serial.test.ts",
  "npm start --silent -- --json": "tests/demo/demo.serial.test.ts",
  "npm run opentofu": "tests/scripts/opentofu.test.ts",
  "npm test": "tests/docs/troubleshooting.test.ts",
  "npm run test:long": "tests/docs/commands.slow.test.ts",
  ...Object.fromEntries(
    [
      "cp certs/previous/client.pem certs/previous/client-key.pem certs/",
      "pulumi up --yes",
      "pulumi config set zuplo:record records/",
      "npx pulumi-zuplo report records/*.jsonl",
      "npx pulumi-zuplo report records/*.jsonl --format markdown",
    ].map(line => [line, "tests/docs/goingBack.slow.test.ts"]),
  ),
  // The bench rotates five bindings with it.
  "pulumi up --parallel 64": "tests/docs/measurements.slow.test.ts",
  // With the packed package in place of the one in the registry.
  "npm pack": "tests/package/package.slow.test.ts",
  "npm install pulumi-zuplo @pulumi/pulumi": "tests/package/package.slow.test.ts",
  "npm install pulumi-zuplo": "tests/package/package.slow.test.ts",
  ...Object.fromEntries(renewing.map(line => [line, "tests/docs/renewing.slow.test.ts"])),
  // With programs in place of `vault` and `aws`.
  "sh renew.sh sh issue-vault.sh": "tests/docs/renewing.test.ts",
  "sh renew.sh sh issue-aws-private-ca.sh": "tests/docs/renewing.test.ts",
  ...Object.fromEntries(releases.map(line => [line, "tests/cli/release.test.ts"])),
  ...Object.fromEntries(
    [
      acceptance,
      `${acceptance} --yes --write report.md`,
      `${acceptance} --path /whoami --yes --write report.md`,
    ].map(line => [line, "tests/acceptance/commands.test.ts"]),
  ),
  ...Object.fromEntries(
    [localZuplo, nextCertificate].map(line => [line, "tests/docs/firstRotation.slow.test.ts"]),
  ),
  "npx pulumi-zuplo init gateway --from-project --certificates certs": "tests/cli/takeover.slow.test.ts",
  ...Object.fromEntries(helpExamples.map(line => [line, "tests/cli/help.test.ts"])),
  [packageAdd]: "tests/docs/packageAdd.slow.test.ts",
  ...Object.fromEntries(linesOf(withoutNode).map(line => [line, "tests/executable/executable.slow.test.ts"])),
  // With the real Terraform.
  "npx pulumi-zuplo terraform-mirror ~/.zuplo-mirror > zuplo.tfrc": "tests/terraform/mirror.slow.test.ts",
  "export TF_CLI_CONFIG_FILE=$PWD/zuplo.tfrc": "tests/terraform/mirror.slow.test.ts",
  "terraform init": "tests/terraform/mirror.slow.test.ts",
  "pulumi state delete URN": "tests/docs/terraform.slow.test.ts",
  "npx pulumi-zuplo release OLD --branch staging --branch main --variable BACKEND_MTLS_CERT --value NEW --yes":
    "tests/docs/terraform.slow.test.ts",
  "npx pulumi-zuplo prune OLD --yes": "tests/docs/terraform.slow.test.ts",
  "TF_LOG_PROVIDER=debug TF_LOG_PATH=terraform.log terraform apply": "tests/docs/terraform.slow.test.ts",
};

/** Commands of which measurements.test.ts runs a part: the whole takes hours together. */
export const isMeasurement = (text: string): boolean => /^npm run (bench|chaos)\b/.test(text);

/** The lines of a document's shell blocks, without comments. */
export function linesOf(file: string): string[] {
  return blocksOf(file)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"))
    .map(typedLine)
    .filter(line => line !== "");
}

/** A line of a shell without its comment. */
function typedLine(line: string): string {
  return line.replace(/(^|\s+)# .*$/, "").trim();
}

/** Every command of README and docs/: the lines of shell blocks, and code in the prose that is a command. */
export function allCommands(): Command[] {
  return documents().flatMap(file => [
    ...linesOf(file).map(text => ({ at: file, text })),
    ...proseOf(file).flatMap((line, index) =>
      [...line.replace(/<!--.*-->/, "").matchAll(/`([^`]+)`/g)]
        .map(([, text = ""]) => ({ at: `${file}:${index + 1}`, text }))
        .filter(({ text }) => PROGRAMS.test(text)),
    ),
  ]);
}

/** What a block may hold: each language has a test of its own, but for pictures and nginx (see docs/untested.md). */
export const languagesOfBlocks = new Set([
  "sh",
  "text",
  "ts",
  "typescript",
  "yaml",
  "python",
  "go",
  "json",
  "terraform",
  "hcl",
  "mermaid",
  "nginx",
]);

export const blocksOfOtherLanguages = () =>
  allBlocks().filter(({ language }) => !languagesOfBlocks.has(language));
