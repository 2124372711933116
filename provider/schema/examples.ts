import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the examples show, one for each resource, component and data source. */
export const titles: Record<string, string> = {
  MtlsCertificate: "A certificate whose key never enters the state",
  EnvironmentVariable: "A variable of the production branch",
  Redeployment: "A certificate in production, verified through the gateway",
  ClientMtlsCaCertificate: "Callers with certificates of one authority",
  MtlsBinding: "Staging first, then production",
  getMtlsCertificate: "When a certificate expires that Pulumi does not manage",
  getMtlsCertificates: "What expires within 30 days",
  getClientMtlsCaCertificate: "Since when callers of one authority are known",
  getClientMtlsCaCertificates: "The authorities whose callers are known",
  getDeployments: "Where the gateway serves what",
  getEnvironments: "The branches that have an environment",
};

export const languages = [
  { name: "TypeScript", fence: "typescript", extension: "ts" },
  { name: "Python", fence: "python", extension: "py" },
  { name: "Go", fence: "go", extension: "go" },
  { name: "YAML", fence: "yaml", extension: "yaml" },
] as const;

export type Fence = (typeof languages)[number]["fence"];

/** The examples are programs of their own, which the tests run; those in Go are compiled. */
const folder = join(__dirname, "../../docs/examples");

/** The text of an example, without its last line end. */
export function exampleIn(fence: Fence, name: string): string {
  const language = languages.find(language => language.fence === fence);
  return readFileSync(join(folder, `${name}.${language?.extension}`), "utf8").trimEnd();
}

const examplesBegin = "{{% examples %}}";

/** The description of a resource or a data source with its example, in the form that Pulumi's documentation reads. */
export function withExamples(type: string, description: string): string {
  const title = titles[type];
  if (title === undefined) throw new Error(`${type} has no example: give it a title in examples.ts.`);
  const code = languages.map(({ fence }) => `\`\`\`${fence}\n${exampleIn(fence, type)}\n\`\`\``);
  return [
    description,
    `${examplesBegin}\n## Example Usage`,
    `{{% example %}}\n### ${title}`,
    ...code,
    "{{% /example %}}\n{{% /examples %}}",
  ].join("\n\n");
}

/** What `withExamples` was given. */
export function withoutExamples(description: string): string {
  return description.split(examplesBegin)[0]?.trim() ?? "";
}
