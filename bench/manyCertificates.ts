/** A native stack of K certificates that every deployment uses, and V variables spread over certificates and branches. */
import { join } from "node:path";
import type { Issued } from "../emulator/pki";
import type { Files } from "./stack";

export function manyFiles(issued: readonly Issued[]): Files {
  return Object.fromEntries(
    issued.flatMap(({ certificate, privateKey }, index) => [
      [`${index}.pem`, certificate],
      [`${index}.key`, privateKey],
    ]),
  );
}

export function programOf(certificates: number, variables: number, branches: readonly string[]): Files {
  const names = Array.from({ length: certificates }, (_, index) => `\${certificate${index}.name}`);
  const wanted = Array.from({ length: variables }, (_, index) => ({
    branch: branches[index % branches.length] ?? "",
    name: `CERTIFICATE_${index}`,
    value: names[index % names.length] ?? "",
  }));
  const resources = [
    ...names.map((_, index) => [`certificate${index}`, certificate(index)]),
    ...wanted.map((properties, index) => [
      `variable${index}`,
      { type: "zuplo:EnvironmentVariable", properties },
    ]),
    ...branches.map(branch => [
      branch,
      {
        type: "zuplo:Redeployment",
        properties: {
          branch,
          certificates: names,
          variables: wanted.filter(variable => variable.branch === branch),
        },
        options: { dependsOn: wanted.map((_, index) => `\${variable${index}}`) },
      },
    ]),
  ];
  const program = {
    name: "bench",
    runtime: "yaml",
    plugins: { providers: [{ name: "zuplo", path: join(__dirname, "..", "bin") }] },
    resources: Object.fromEntries(resources),
  };
  return { "Pulumi.yaml": JSON.stringify(program, null, 1) };
}

function certificate(index: number) {
  return {
    type: "zuplo:MtlsCertificate",
    properties: {
      certificate: { "fn::readFile": `./${index}.pem` },
      privateKeySource: { file: `${index}.key` },
      environments: ["preview", "production"],
    },
  };
}
