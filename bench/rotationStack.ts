/** Stacks that rotate one certificate over several deployments: ours, native and dynamic, and one of commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentSummary } from "../emulator";
import type { Issued } from "../emulator/pki";
import type { Files } from "./stack";

export type RotationSide = "native" | "dynamic" | "commands";

const root = join(__dirname, "..");

export function rotationFiles(
  side: RotationSide,
  deployments: readonly DeploymentSummary[],
  zuplo: readonly string[],
): Files {
  const branches = deployments.map(({ branch }) => branch);
  if (side === "native") return { "Pulumi.yaml": JSON.stringify(yamlProgram(branches), null, 1) };
  const program = side === "dynamic" ? "binding.js" : "commands.js";
  const inputs =
    side === "dynamic"
      ? { branches }
      : {
          branches: deployments.map(({ branch, name, url }) => ({ branch, deployment: name, url })),
          zuplo: zuplo.join(" "),
          redeploy: `${process.execPath} ${join(__dirname, "peers", "redeploy.js")}`,
        };
  return {
    "Pulumi.yaml": "name: bench\nruntime: nodejs\n",
    "package.json": JSON.stringify({ name: "bench", main: "index.js" }),
    "index.js": readFileSync(join(__dirname, "programs", program), "utf8"),
    "inputs.json": JSON.stringify(inputs),
  };
}

export function pemFiles({ certificate, privateKey }: Issued): Files {
  return { "client.pem": certificate, "client.key": privateKey };
}

/** All deployments change side by side, as in one stage of a binding. */
function yamlProgram(branches: readonly string[]) {
  const certificate = {
    type: "zuplo:MtlsCertificate",
    properties: {
      certificate: { "fn::readFile": "./client.pem" },
      privateKeySource: { file: "client.key" },
      environments: ["preview", "production"],
    },
  };
  const name = reference("backend", "name");
  const variables = branches.map(branch => [
    `variable-${branch}`,
    {
      type: "zuplo:EnvironmentVariable",
      properties: { branch, name: "BACKEND_MTLS_CERT", value: name },
    },
  ]);
  const redeployments = branches.map(branch => [
    branch,
    {
      type: "zuplo:Redeployment",
      properties: {
        branch,
        certificates: [name],
        variables: [{ branch, name: "BACKEND_MTLS_CERT", value: name }],
        verify: { path: "/health" },
      },
      options: { dependsOn: branches.map(other => reference(`variable-${other}`)) },
    },
  ]);
  return {
    name: "bench",
    runtime: "yaml",
    plugins: { providers: [{ name: "zuplo", path: join(root, "bin") }] },
    resources: { backend: certificate, ...Object.fromEntries([...variables, ...redeployments]) },
  };
}

/** As Pulumi's YAML writes references. */
function reference(...path: string[]): string {
  return `\${${path.join(".")}}`;
}
