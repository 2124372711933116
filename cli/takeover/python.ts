import type { CertificateFound, Findings, RedeploymentFound, ResourceFound, VariableFound } from "./findings";
import { snakeCase } from "./identifiers";
import { commented, headerOf, nameComment, pulumiTerms } from "./words";

export function pythonProgram(findings: Findings): string {
  return [
    ...commented(headerOf(findings, { ...pulumiTerms, onDelete: "on_delete" }), "# "),
    "from pathlib import Path",
    "",
    "import pulumi",
    "import pulumi_zuplo as zuplo",
    ...findings.resources.flatMap(resource => ["", ...resourceLines(resource)]),
    "",
  ].join("\n");
}

function resourceLines(resource: ResourceFound): string[] {
  switch (resource.kind) {
    case "certificate":
      return declared(resource, "MtlsCertificate", certificate(resource));
    case "variable":
      return declared(resource, "EnvironmentVariable", variable(resource), resource.after);
    case "redeployment":
      return declared(resource, "Redeployment", redeployment(resource), resource.after);
  }
}

function certificate({ name, path, keyPath, environments }: CertificateFound): string[] {
  return [
    `# ${nameComment}`,
    `name=${quoted(name)},`,
    `certificate=Path(${quoted(path)}).read_text(),`,
    `private_key_source={"file": ${quoted(keyPath)}},`,
    `environments=[${environments.map(quoted).join(", ")}],`,
  ];
}

function variable(found: VariableFound): string[] {
  return [
    `branch=${quoted(found.branch)},`,
    `name=${quoted(found.name)},`,
    `value=${snakeCase(found.certificate.id)}.name,`,
  ];
}

function redeployment({ target, certificates, variables }: RedeploymentFound): string[] {
  const [[key = "", value = ""] = []] = Object.entries(target);
  return [
    `${key}=${quoted(value)},`,
    `certificates=[${certificates.map(({ id }) => `${snakeCase(id)}.name`).join(", ")}],`,
    "variables=[",
    ...variables.map(({ id }) => {
      const own = snakeCase(id);
      return `    {"branch": ${own}.branch, "name": ${own}.name, "value": ${own}.value},`;
    }),
    "],",
  ];
}

function declared(
  { id, importId }: ResourceFound,
  type: string,
  properties: readonly string[],
  after: readonly ResourceFound[] = [],
): string[] {
  const dependsOn = after.map(each => snakeCase(each.id)).join(", ");
  const options = `${dependsOn === "" ? "" : `depends_on=[${dependsOn}], `}import_=${quoted(importId)}`;
  return [
    `${snakeCase(id)} = zuplo.${type}(`,
    `    ${quoted(id)},`,
    ...properties.map(line => `    ${line}`),
    `    opts=pulumi.ResourceOptions(${options}),`,
    ")",
  ];
}

/** JSON in ASCII is a literal of Python, but for halves of surrogate pairs, which no name at Zuplo has. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
