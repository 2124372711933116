import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { TestProject } from "../support/project";
import { pem } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { rotationResources } from "../support/yamlRotation";
import type { Course } from "./cell";
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

/** A Node program with the dynamic classes, and a YAML program with the plugin. */
export const adapterNames = ["dynamic", "native"] as const satisfies readonly AdapterName[];

/** What can be played with each of them. */
export const coursesOf: Record<AdapterName, readonly Course[]> = {
  dynamic: ["rotation", "destroy"],
  native: ["rotation", "destroy", "destroy of parts"],
};

export async function projectOf(
  adapter: AdapterName,
  course: Course,
  emulator: Emulator,
): Promise<ChaosProject> {
  if (adapter === "dynamic") {
    const project = await TestProject.create(emulator, "binding.js");
    const settings = { variable, stages, timeout };
    return { project, write: issued => project.write({ args: { ...pem(issued), ...settings } }) };
  }
  const yaml = await YamlProject.create(emulator);
  // A rotation takes half the time without the component.
  const resources = course === "destroy" ? binding : rotationResources(stages, { variable, timeout });
  await yaml.write({ resources });
  return { project: yaml.project, write: issued => yaml.certificate(issued) };
}

const binding = {
  backend: {
    type: "zuplo:MtlsBinding",
    properties: {
      certificate: { "fn::readFile": "./client.pem" },
      privateKeySource: { file: "./client.key" },
      variable,
      stages,
      timeout,
    },
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

export const stateFile = ".state/.pulumi/stacks/shop/prod.json";

/**
 * What docs/reliability.md says to do where the engine was killed while it wrote its state. The state itself is put in
 * its place as a whole, but the attributes beside it are not, and an empty file of them is "EOF".
 */
export async function restoreState(project: TestProject): Promise<void> {
  const attributes = `${stateFile}.attrs`;
  try {
    JSON.parse(await project.read(attributes));
  } catch {
    await rm(join(project.folder, attributes), { force: true });
  }
}

/** How many redeployments the state has recorded as done: none of their certificates is the one from before. */
export async function doneIn(project: TestProject, before: string): Promise<number> {
  const text = await project.read(stateFile);
  const { resources } = checkpoint.parse(JSON.parse(text)).checkpoint.latest;
  return resources.filter(
    ({ type, outputs }) => type.endsWith(":Redeployment") && !outputs?.certificates?.includes(before),
  ).length;
}
