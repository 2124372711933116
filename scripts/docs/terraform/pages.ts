/** Every page of the provider for Terraform but the guides, in the layout that its registries read. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { attributesOf, resultAttributes } from "../../../provider/adapters/terraform/attributes";
import { dataSources } from "../../../provider/adapters/terraform/dataSource";
import { functionMessages } from "../../../provider/adapters/terraform/functions";
import { dataSourceName, resourceName, snake } from "../../../provider/adapters/terraform/names";
import { served } from "../../../provider/adapters/terraform/served";
import { settingAttributes, settingsDescription } from "../../../provider/adapters/terraform/settings";
import { sourceAddress } from "../../../provider/adapters/terraformAddress";
import { inTerraformWords } from "../../../provider/adapters/terraformWords";
import { type FunctionSchema, functionSchemas } from "../../../provider/lookups/contracts";
import { type Contract, replacingArguments } from "../../../provider/resources/contract";
import { leafFacts } from "../../../provider/resources/leafFacts";
import { choicesIn, schemaSections } from "./attributes";

const docs = join(__dirname, "../../../docs");
const examples = join(docs, "examples/terraform");

const GENERATED = "<!-- Written by `npm run docs` from the contracts and docs/examples/terraform. -->";

/** The pages, by path below docs/terraform. */
export function terraformPages(): Map<string, string> {
  const pages = new Map<string, string>();
  for (const { contract } of served) pages.set(pathOf("resources", contract.type), resourcePage(contract));
  for (const [lookup, schema] of Object.entries<FunctionSchema>(functionSchemas))
    pages.set(pathOf("data-sources", lookup.replace(/^get/, "")), dataSourcePage(lookup, schema));
  for (const [name, told] of Object.entries(functionMessages()))
    pages.set(`functions/${name}.md`, functionPage(name, told));
  return pages.set("index.md", providerPage([...pages.keys()]));
}

const pathOf = (folder: string, type: string): string => `${folder}/${snake(type)}.md`;

function providerPage(others: readonly string[]): string {
  const guides = readdirSync(join(docs, "terraform/guides"))
    .filter(file => file.endsWith(".md"))
    .map(file => `guides/${file}`)
    .sort();
  const linked = (folder: string) =>
    [...others, ...guides]
      .filter(path => path.startsWith(`${folder}/`))
      .map(path => `[${titleOf(path)}](${path})`)
      .join(", ");
  return page(
    "Zuplo Provider",
    "Rotates the client certificates of a Zuplo project without a failed request.",
    [
      "# Zuplo Provider",
      "[Zuplo](https://zuplo.com) keeps routes, policies and code in git. Three things are not in git: the client certificates with which the gateway authenticates to a backend (outbound mTLS), the variables that name them, and the order in which they change. This provider takes care of that order: change the PEM, and `terraform apply` rotates the certificate through every environment.",
      "It works with Terraform and with OpenTofu, and shares its core with the provider for Pulumi. Begin with [zuplo_mtls_binding](resources/mtls_binding.md).",
      "## Example Usage",
      example("provider/provider.tf"),
      example("resources/zuplo_mtls_binding/resource.tf"),
      "## Installation",
      `No registry has the provider yet. It comes with the npm package, which lays out a mirror from which \`init\` installs \`${sourceAddress}\`: see [installing](guides/installing.md).`,
      "## Schema",
      settingsDescription,
      ...schemaSections({ attributes: settingAttributes, choices: {} }),
      "## Pages",
      ["resources", "data-sources", "functions", "guides"]
        .map(folder => `- ${folder.replace("-", " ")}: ${linked(folder)}`)
        .join("\n"),
    ],
  );
}

function resourcePage(contract: Contract): string {
  const name = resourceName(contract.type);
  const replacing = replacingArguments(contract);
  const attributes = attributesOf(contract);
  const text = `resources/${name}/resource.tf`;
  const address = new RegExp(`^resource "${name}" "(\\w+)"`, "m").exec(read(text))?.[1];
  if (address === undefined) throw new Error(`docs/examples/terraform/${text} declares no ${name}.`);
  return page(`${name} Resource`, contract.doc, [
    `# ${name} (Resource)`,
    inTerraformWords(contract.doc),
    "## Example Usage",
    example(text),
    "## Schema",
    ...schemaSections({ attributes, choices: choicesIn(contract.inputs), replacing: replacing.map(snake) }),
    "## Import",
    ...importSection(contract, `${name}.${address}`),
  ]);
}

function importSection({ import: told }: Contract, address: string): string[] {
  if (told === undefined)
    return [
      "It cannot be imported, since it stands for several objects at Zuplo: declare it and apply. It uploads its certificate and takes over existing variables.",
    ];
  return [
    `The id is ${inTerraformWords(told.forms)}. ${inTerraformWords(told.note)}`,
    block(`import {\n  to = ${address}\n  id = "${told.id}"\n}`),
    `Before Terraform 1.5, \`terraform import ${address} ${told.id}\` does the same.`,
  ];
}

function dataSourcePage(lookup: string, schema: FunctionSchema): string {
  const name = dataSourceName(lookup);
  const source = dataSources.get(name);
  if (source === undefined) throw new Error(`Terraform is not served ${name}.`);
  const choices = {
    properties: { ...choicesIn(schema.outputs).properties, ...choicesIn(schema.inputs).properties },
  };
  return page(`${name} Data Source`, schema.description, [
    `# ${name} (Data Source)`,
    inTerraformWords(schema.description),
    "It asks Zuplo whenever it is read, in a plan too, and writes nothing.",
    "## Example Usage",
    example(`data-sources/${name}/data-source.tf`),
    "## Schema",
    ...schemaSections({ attributes: source.attributes, choices }),
  ]);
}

type FunctionMessage = ReturnType<typeof functionMessages>[string];

function functionPage(name: string, told: FunctionMessage): string {
  const { summary = "", description = "", parameters = [] } = told;
  const result = returned.parse(JSON.parse(Buffer.from(told.return?.type ?? []).toString()));
  const signature = parameters.map(({ name }) => `${name} string`).join(", ");
  return page(`${name} Function`, `${summary}.`, [
    `# ${name} (Function)`,
    inTerraformWords(description),
    "It calls nothing, and needs Terraform 1.8 or OpenTofu 1.7.",
    "## Example Usage",
    example(`functions/${name}/function.tf`),
    "## Signature",
    `\`\`\`text\n${name}(${signature}) ${typeof result === "string" ? result : "object"}\n\`\`\``,
    "## Arguments",
    parameters
      .map(({ name, description = "" }, index) => `${index + 1}. \`${name}\` (String) ${description}`)
      .join("\n"),
    ...(typeof result === "string" ? [] : ["## Result", members(Object.keys(result[1]))]),
  ]);
}

/** A type as the wire has it: a text, or an object. */
const returned = z.union([
  z.literal("string"),
  z.tuple([z.literal("object"), z.record(z.string(), z.unknown())]),
]);

/** What a function tells of a certificate. */
function members(names: readonly string[]): string {
  const facts = resultAttributes(z.object(leafFacts("leaf")));
  return names
    .map(name => {
      const fact = facts.find(fact => fact.name === name);
      if (fact === undefined) throw new Error(`Nothing says what ${name} of a certificate is.`);
      return `- \`${name}\` (String) ${fact.description}`;
    })
    .join("\n");
}

/** A page with what the registries read above it. */
function page(title: string, description: string, parts: readonly string[]): string {
  const [summary = ""] = inTerraformWords(description).split("\n\n");
  const front = [
    "---",
    `page_title: "${title} - zuplo"`,
    'subcategory: ""',
    "description: |-",
    `  ${summary}`,
    "---",
  ];
  return `${[front.join("\n"), GENERATED, ...parts].join("\n\n")}\n`;
}

/** `resources/mtls_binding.md`: `zuplo_mtls_binding`; of a guide and a function the name alone. */
function titleOf(path: string): string {
  const [folder, file = ""] = path.split("/");
  const name = file.replace(/\.md$/, "");
  if (folder === "guides") return name.replaceAll("-", " ");
  return folder === "functions" ? name : `zuplo_${name}`;
}

const block = (text: string): string => `\`\`\`terraform\n${text.trimEnd()}\n\`\`\``;
const example = (path: string): string => block(read(path));

function read(path: string): string {
  const file = join(examples, path);
  if (!existsSync(file))
    throw new Error(`There is no docs/examples/terraform/${path}, which its page shows.`);
  return readFileSync(file, "utf8");
}
