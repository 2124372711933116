import { sourceAddress } from "../../provider/adapters/terraformAddress";
import type { CertificateFound, Findings, RedeploymentFound, ResourceFound, VariableFound } from "./findings";
import { snakeCase } from "./identifiers";
import { commented, headerOf, nameComment } from "./words";

/** The configuration for Terraform and OpenTofu, without its imports. */
export function terraformConfiguration(findings: Findings): string {
  const { account, project } = findings.scope;
  return [
    ...commented(headerOf(findings, { imports: "the file imports.tf", onDelete: "on_delete" }), "# "),
    "terraform {",
    "  required_providers {",
    `    zuplo = { source = ${quoted(sourceAddress)} }`,
    "  }",
    "}",
    "",
    "# The API key comes from the environment: ZUPLO_API_KEY.",
    'provider "zuplo" {',
    `  account = ${quoted(account)}`,
    `  project = ${quoted(project)}`,
    "}",
    ...findings.resources.flatMap(resource => ["", ...resourceLines(resource)]),
    "",
  ].join("\n");
}

/** What makes the first run import: a file of its own, so that it can be deleted after it. */
export function terraformImports({ resources }: Findings): string {
  return resources
    .map(resource => `import {\n  to = ${addressOf(resource)}\n  id = ${quoted(resource.importId)}\n}\n`)
    .join("\n");
}

const types = {
  certificate: "zuplo_mtls_certificate",
  variable: "zuplo_environment_variable",
  redeployment: "zuplo_redeployment",
} as const;

function addressOf({ kind, id }: ResourceFound): string {
  return `${types[kind]}.${snakeCase(id)}`;
}

function resourceLines(resource: ResourceFound): string[] {
  switch (resource.kind) {
    case "certificate":
      return declared(resource, certificate(resource));
    case "variable":
      return declared(resource, variable(resource), resource.after);
    case "redeployment":
      return declared(resource, redeployment(resource), resource.after);
  }
}

function certificate({ name, path, keyPath, environments }: CertificateFound): string[] {
  return [
    `# ${nameComment} Give name_prefix in its place.`,
    `name               = ${quoted(name)}`,
    `certificate        = file(${quoted(path)})`,
    `private_key_source = { file = ${quoted(keyPath)} }`,
    `environments       = [${environments.map(quoted).join(", ")}]`,
    "",
    "# Without this, Terraform deletes the old one first, which Zuplo refuses while a deployment uses it.",
    "lifecycle {",
    "  create_before_destroy = true",
    "}",
  ];
}

function variable(found: VariableFound): string[] {
  return [
    `branch = ${quoted(found.branch)}`,
    `name   = ${quoted(found.name)}`,
    `value  = ${addressOf(found.certificate)}.name`,
  ];
}

function redeployment({ target, certificates, variables }: RedeploymentFound): string[] {
  const [[key = "", value = ""] = []] = Object.entries(target);
  return [
    `${key.padEnd("certificates".length)} = ${quoted(value)}`,
    `certificates = [${certificates.map(found => `${addressOf(found)}.name`).join(", ")}]`,
    "variables = [",
    ...variables.map(found => {
      const own = addressOf(found);
      return `  { branch = ${own}.branch, name = ${own}.name, value = ${own}.value },`;
    }),
    "]",
  ];
}

function declared(
  resource: ResourceFound,
  properties: readonly string[],
  after: readonly ResourceFound[] = [],
): string[] {
  return [
    `resource "${types[resource.kind]}" "${snakeCase(resource.id)}" {`,
    ...properties.map(line => `  ${line}`.trimEnd()),
    ...(after.length === 0 ? [] : ["", `  depends_on = [${after.map(addressOf).join(", ")}]`]),
    "}",
  ];
}

/** A literal, whatever characters it has: a template begins with ${ or %{. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/([$%])\{/g, "$1$1{");
}
