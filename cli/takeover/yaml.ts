import { Document, isCollection } from "yaml";
import type { CertificateFound, Findings, RedeploymentFound, ResourceFound, VariableFound } from "./findings";
import { commented, headerOf, nameComment, pulumiTerms } from "./words";

/** The sections of Pulumi.yaml that hold the resources. */
export function yamlProgram(findings: Findings): string {
  const resources = Object.fromEntries(
    findings.resources.map(resource => [resource.id, resourceOf(resource)]),
  );
  const document = new Document({ resources });
  for (const { id } of findings.resources) {
    const options = document.getIn(["resources", id, "options"]);
    // On one line, of which the import can be taken away.
    if (isCollection(options)) options.flow = true;
  }
  const notes = [...headerOf(findings, pulumiTerms), nameComment];
  return [...commented(notes, "# ").slice(0, -1), document.toString({ lineWidth: 0 })].join("\n");
}

function resourceOf(resource: ResourceFound): object {
  switch (resource.kind) {
    case "certificate":
      return declared(resource, "MtlsCertificate", certificate(resource));
    case "variable":
      return declared(resource, "EnvironmentVariable", variable(resource), resource.after);
    case "redeployment":
      // Its variables stand there in words of their own, so nothing else says that they come first.
      return declared(resource, "Redeployment", redeployment(resource), [
        ...resource.variables,
        ...resource.after,
      ]);
  }
}

function certificate({ name, path, keyPath, environments }: CertificateFound): object {
  return {
    name: literal(name),
    certificate: { "fn::readFile": literal(path) },
    privateKeySource: { file: literal(keyPath) },
    environments,
  };
}

function variable({ branch, name, certificate: { id } }: VariableFound): object {
  return { branch: literal(branch), name: literal(name), value: `\${${id}.name}` };
}

function redeployment({ target, certificates, variables }: RedeploymentFound): object {
  return {
    ...Object.fromEntries(Object.entries(target).map(([key, value]) => [key, literal(value)])),
    certificates: certificates.map(({ id }) => `\${${id}.name}`),
    // An imported variable has no `value` that YAML could refer to: Zuplo does not tell it.
    variables: variables.map(variable),
  };
}

function declared(
  { importId }: ResourceFound,
  type: string,
  properties: object,
  after: readonly ResourceFound[] = [],
): object {
  const dependsOn = after.map(({ id }) => `\${${id}}`);
  return {
    type: `zuplo:${type}`,
    properties,
    options: { import: literal(importId), ...(dependsOn.length === 0 ? {} : { dependsOn }) },
  };
}

/** What is no reference, whatever characters it has. */
function literal(text: string): string {
  // Two signs would be one in a text that replaces.
  return text.replaceAll("${", () => "$${");
}
