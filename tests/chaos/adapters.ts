import { z } from "zod";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { YamlProject } from "../plugin/yamlProject";
import { TestProject } from "../support/project";
import { pem } from "../support/rotation";
import { variable } from "./verdict";

/** A stack with one binding over three environments. */
export interface ChaosProject {
  project: TestProject;
  /** Puts a certificate into the program. */
  write(issued: Issued): Promise<void>;
}

export type AdapterName = "dynamic" | "native";

const verify = { path: "/health", timeout: 2 };
// A redeploy that never ends is given up after so many seconds.
const timeout = 3;
const stages = [
  { branches: ["staging", "canary"], verify },
  { branches: ["main"], verify },
];

/** What a binding is made of, in its order: without the component, a run takes half the time. */
const resources = {
  backend: {
    type: "zuplo:MtlsCertificate",
    properties: {
      certificate: { "fn::readFile": "./client.pem" },
      privateKeySource: { file: "./client.key" },
      environments: ["preview", "production"],
    },
  },
  ...Object.fromEntries(
    stages.flatMap(({ branches }, stage) => {
      const before = (stages[stage - 1]?.branches ?? []).map(reference);
      return branches.flatMap(branch => [
        [
          `variable-${branch}`,
          {
            type: "zuplo:EnvironmentVariable",
            properties: { branch, name: variable, value: reference("backend.name") },
            options: { dependsOn: before },
          },
        ],
        [
          branch,
          {
            type: "zuplo:Redeployment",
            properties: {
              branch,
              certificates: [reference("backend.name")],
              variables: [{ branch, name: variable, value: reference(`variable-${branch}.value`) }],
              verify,
              timeout,
            },
            options: {
              dependsOn: [...before, ...branches.map(other => reference(`variable-${other}`))],
            },
          },
        ],
      ]);
    }),
  ),
};

function reference(path: string): string {
  return `\${${path}}`;
}

/** A Node program with the dynamic classes, and a YAML program with the plugin. */
export const adapters: Record<AdapterName, (emulator: Emulator) => Promise<ChaosProject>> = {
  async dynamic(emulator) {
    const project = await TestProject.create(emulator, "binding.js");
    const settings = { variable, stages, timeout };
    return { project, write: issued => project.write({ args: { ...pem(issued), ...settings } }) };
  },

  async native(emulator) {
    const yaml = await YamlProject.create(emulator);
    await yaml.write({ resources });
    return {
      project: yaml.project,
      async write({ chain, privateKey }) {
        await yaml.file("client.pem", chain);
        await yaml.file("client.key", privateKey);
      },
    };
  },
};

const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z.array(
        z.object({
          type: z.string(),
          outputs: z.object({ certificates: z.array(z.string()).optional() }).optional(),
        }),
      ),
    }),
  }),
});

/** How many redeployments the state has recorded as done: none of their certificates is the one from before. */
export async function doneIn(project: TestProject, before: string): Promise<number> {
  const text = await project.read(".state/.pulumi/stacks/shop/prod.json");
  const { resources } = checkpoint.parse(JSON.parse(text)).checkpoint.latest;
  return resources.filter(
    ({ type, outputs }) => type.endsWith(":Redeployment") && !outputs?.certificates?.includes(before),
  ).length;
}
