interface Example {
  title: string;
  typescript: string;
  yaml: string;
}

/** One short example for each resource, in the languages that read best. */
export const examples: Record<string, Example> = {
  MtlsCertificate: {
    title: "A certificate whose key never enters the state",
    typescript: `import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

const backend = new zuplo.MtlsCertificate("backend", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client.key" },
  environments: ["preview", "production"],
});

export const certificateName = backend.name;`,
    yaml: `resources:
  backend:
    type: zuplo:MtlsCertificate
    properties:
      certificate:
        fn::readFile: client.pem
      privateKeySource:
        file: client.key
      environments: [preview, production]
outputs:
  certificateName: \${backend.name}`,
  },
  EnvironmentVariable: {
    title: "A variable of the production branch",
    typescript: `import * as zuplo from "pulumi-zuplo/native";

new zuplo.EnvironmentVariable("backend-url", {
  branch: "main",
  name: "BACKEND_URL",
  value: "https://backend.example.com",
});`,
    yaml: `resources:
  backend-url:
    type: zuplo:EnvironmentVariable
    properties:
      branch: main
      name: BACKEND_URL
      value: https://backend.example.com`,
  },
  Redeployment: {
    title: "A redeploy when a variable changes, verified through the gateway",
    typescript: `import * as zuplo from "pulumi-zuplo/native";

const url = new zuplo.EnvironmentVariable("backend-url", {
  branch: "main",
  name: "BACKEND_URL",
  value: "https://backend.example.com",
});

new zuplo.Redeployment("production", {
  branch: "main",
  certificates: [],
  variables: [{ branch: url.branch, name: url.name, value: url.value }],
  verify: { path: "/health" },
});`,
    yaml: `resources:
  backend-url:
    type: zuplo:EnvironmentVariable
    properties:
      branch: main
      name: BACKEND_URL
      value: https://backend.example.com
  production:
    type: zuplo:Redeployment
    properties:
      branch: main
      certificates: []
      variables:
        - branch: \${backend-url.branch}
          name: \${backend-url.name}
          value: \${backend-url.value}
      verify:
        path: /health`,
  },
  ClientMtlsCaCertificate: {
    title: "Callers with certificates of one authority",
    typescript: `import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

new zuplo.ClientMtlsCaCertificate("partners", {
  certificate: readFileSync("partners-ca.pem", "utf8"),
});`,
    yaml: `resources:
  partners:
    type: zuplo:ClientMtlsCaCertificate
    properties:
      certificate:
        fn::readFile: partners-ca.pem`,
  },
  MtlsBinding: {
    title: "Staging first, then production",
    typescript: `import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

new zuplo.MtlsBinding("backend", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client.key" },
  variable: "BACKEND_CERTIFICATE",
  stages: [
    { branches: ["staging"], verify: { path: "/health" } },
    { branches: ["main"], verify: { path: "/health" } },
  ],
});`,
    yaml: `resources:
  backend:
    type: zuplo:MtlsBinding
    properties:
      certificate:
        fn::readFile: client.pem
      privateKeySource:
        file: client.key
      variable: BACKEND_CERTIFICATE
      stages:
        - branches: [staging]
          verify:
            path: /health
        - branches: [main]
          verify:
            path: /health`,
  },
};

/** The description of a resource with its example, in the form that Pulumi's documentation reads. */
export function withExamples(type: string, description: string): string {
  const example = examples[type];
  if (example === undefined) throw new Error(`${type} has no example: give it one in examples.ts.`);
  const code = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
  return [
    description,
    "{{% examples %}}\n## Example Usage",
    `{{% example %}}\n### ${example.title}`,
    code("typescript", example.typescript),
    code("yaml", example.yaml),
    "{{% /example %}}\n{{% /examples %}}",
  ].join("\n\n");
}
