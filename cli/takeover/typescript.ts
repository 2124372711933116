import type { CertificateFound, Findings, RedeploymentFound, ResourceFound, VariableFound } from "./findings";
import { camelCase } from "./identifiers";
import { commented, headerOf, nameComment, pulumiTerms } from "./words";

/** A program for Node with the native classes, which can be imported. */
export function typescriptProgram(findings: Findings): string {
  return [
    ...commented(headerOf(findings, pulumiTerms), "// "),
    'import { readFileSync } from "node:fs";',
    'import * as zuplo from "pulumi-zuplo/native";',
    ...findings.resources.flatMap(resource => ["", ...resourceLines(resource)]),
    "",
  ].join("\n");
}

function resourceLines(resource: ResourceFound): string[] {
  switch (resource.kind) {
    case "certificate":
      return certificate(resource);
    case "variable":
      return variable(resource);
    case "redeployment":
      return redeployment(resource);
  }
}

function certificate(found: CertificateFound): string[] {
  return declared(found, "MtlsCertificate", [
    `// ${nameComment}`,
    `name: ${quoted(found.name)},`,
    `certificate: readFileSync(${quoted(found.path)}, "utf8"),`,
    `privateKeySource: { file: ${quoted(found.keyPath)} },`,
    `environments: [${found.environments.map(quoted).join(", ")}],`,
  ]);
}

function variable(found: VariableFound): string[] {
  const properties = [
    `branch: ${quoted(found.branch)},`,
    `name: ${quoted(found.name)},`,
    `value: ${camelCase(found.certificate.id)}.name,`,
  ];
  return declared(found, "EnvironmentVariable", properties, found.after);
}

function redeployment(found: RedeploymentFound): string[] {
  const [[key = "", value = ""] = []] = Object.entries(found.target);
  const properties = [
    `${key}: ${quoted(value)},`,
    `certificates: [${found.certificates.map(({ id }) => `${camelCase(id)}.name`).join(", ")}],`,
    "variables: [",
    ...found.variables.map(({ id }) => {
      const own = camelCase(id);
      return `  { branch: ${own}.branch, name: ${own}.name, value: ${own}.value },`;
    }),
    "],",
  ];
  return declared(found, "Redeployment", properties, found.after);
}

function declared(
  { id, importId }: ResourceFound,
  type: string,
  properties: readonly string[],
  after: readonly ResourceFound[] = [],
): string[] {
  const dependsOn = after.map(each => camelCase(each.id)).join(", ");
  return [
    `const ${camelCase(id)} = new zuplo.${type}(`,
    `  ${quoted(id)},`,
    "  {",
    ...properties.map(line => `    ${line}`),
    "  },",
    `  { ${dependsOn === "" ? "" : `dependsOn: [${dependsOn}], `}import: ${quoted(importId)} },`,
    ");",
  ];
}

/** JSON is a literal of the language. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
