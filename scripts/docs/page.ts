/** The page of a resource, a component or a data source, as Markdown. */
import { contracts } from "../../provider/resources";
import { exampleIn, languages, titles, withoutExamples } from "../../provider/schema/examples";
import type { FunctionSpec, PackageSpec, Properties, ResourceSpec } from "../../provider/schema/spec";
import { argumentTable, outputTable, typeSections } from "./tables";

type Types = PackageSpec["types"];

const GENERATED = "<!-- Written by `npm run docs` from the contracts and docs/examples. -->";

export function resourcePage(name: string, spec: ResourceSpec, types: Types): string {
  const { inputProperties, requiredInputs = [], properties = {}, required = [], isComponent } = spec;
  // Every argument but the private key is an output as well.
  const outputs = Object.entries(properties).filter(
    ([key, property]) =>
      !(key in inputProperties) || property.description !== inputProperties[key]?.description,
  );
  const id: Properties = isComponent ? {} : { id: { type: "string", description: "Identifier at Zuplo." } };
  const shown = { ...id, ...Object.fromEntries(outputs) };
  const kept = "privateKey" in inputProperties ? "Every argument except `privateKey`" : "Every argument";
  const inherited = isComponent ? "" : `${kept} is an output, too.`;
  return page(name, [
    // The schema's examples are those of the section below.
    withoutExamples(spec.description),
    isComponent ? "This is a component: it creates the resources that it needs." : "",
    ...examples(name),
    "## Arguments",
    argumentTable(inputProperties, requiredInputs),
    "## Outputs",
    inherited,
    outputTable(shown, ["id", ...required]),
    ...typeSections([inputProperties, shown], types),
    ...importSection(name),
  ]);
}

export function functionPage(
  name: string,
  { description, inputs, outputs }: FunctionSpec,
  types: Types,
): string {
  return page(name, [
    withoutExamples(description),
    "It asks Zuplo whenever the program runs, in previews too, and writes nothing.",
    ...examples(name),
    "## Arguments",
    argumentTable(inputs.properties, inputs.required ?? []),
    "## Result",
    outputTable(outputs.properties, outputs.required ?? []),
    ...typeSections([inputs.properties, outputs.properties], types),
  ]);
}

function page(name: string, parts: string[]): string {
  const text = [GENERATED, `# ${name}`, ...parts].filter(part => part !== "").join("\n\n");
  return `${text}\n`;
}

function examples(name: string): string[] {
  const title = titles[name];
  if (title === undefined)
    throw new Error(`${name} has no example: give it a title in provider/schema/examples.ts.`);
  return [
    `## Example: ${lowerFirst(title)}`,
    ...languages.flatMap(({ name: language, fence }) => [
      `### ${language}`,
      `\`\`\`${fence}\n${exampleIn(fence, name)}\n\`\`\``,
    ]),
  ];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function importSection(name: string): string[] {
  const told = contracts.find(({ type }) => type === name)?.import;
  if (told === undefined)
    return ["## Import", "A component is not imported; the resources that it creates are."];
  const { id, forms, note } = told;
  return [
    "## Import",
    `The id is ${forms}. ${note}`,
    `\`\`\`sh\npulumi import zuplo:index:${name} NAME ${id}\n\`\`\``,
  ];
}
