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
import { type Binding, bindingsOf, timeout } from "./program";
import { type ChaosStack, doneAmong } from "./stack";

type Write = (issued: Issued) => Promise<void>;

/** A stack of Pulumi: a Node program with the dynamic classes, or a YAML program with the plugin. */
export class PulumiStack implements ChaosStack {
  private constructor(
    readonly project: TestProject,
    readonly write: Write,
  ) {}

  static async dynamic(emulator: Emulator, course: Course): Promise<PulumiStack> {
    const project = await TestProject.create(emulator, "any.js");
    const bindings = bindingsOf(course);
    return new PulumiStack(project, issued => {
      const resources = bindings.map(({ name, ...args }) => {
        return { type: "MtlsBinding", name, args: { ...pem(issued), ...args, timeout } };
      });
      return project.write({ resources });
    });
  }

  static async native(emulator: Emulator, course: Course): Promise<PulumiStack> {
    const yaml = await YamlProject.create(emulator);
    const bindings = bindingsOf(course);
    const [{ variable, stages }] = bindings;
    const isOfParts = course === "rotation" || course === "destroy of parts";
    // A rotation takes half the time without the component.
    const resources = isOfParts ? rotationResources(stages, { variable, timeout }) : componentsOf(bindings);
    await yaml.write({ resources });
    return new PulumiStack(yaml.project, issued => yaml.certificate(issued));
  }

  /** A copy of a stack's folder, whose program stays as it is. */
  static async open(emulator: Emulator, from: string, env: Record<string, string>): Promise<PulumiStack> {
    const project = await TestProject.open(emulator, from, env);
    return new PulumiStack(project, () => Promise.reject(new Error("the program of a copy stays as it is")));
  }

  // As many at once as a stage of a group has, whatever the machine: who waits for a redeploy takes a place.
  up = () => this.project.up("--parallel", "32");
  destroy = () => this.project.destroy();
  state = () => this.project.read(stateFile);

  /** Frees the stack of the lock that the engine has left. */
  async recover(): Promise<string> {
    await restoreState(this.project);
    return (await this.project.run("cancel", "--yes")).text;
  }

  async done(before: readonly string[]): Promise<number> {
    const { resources } = checkpoint.parse(JSON.parse(await this.state())).checkpoint.latest;
    return doneAmong(
      resources.flatMap(({ type, id = "", outputs: { certificates = [] } = {} }) =>
        type.endsWith(":Redeployment") ? [{ deployment: id, certificates }] : [],
      ),
      before,
    );
  }
}

function componentsOf(bindings: readonly Binding[]) {
  return Object.fromEntries(
    bindings.map(({ name, variable, stages }) => [
      name,
      {
        type: "zuplo:MtlsBinding",
        properties: {
          certificate: { "fn::readFile": "./client.pem" },
          privateKeySource: { file: "./client.key" },
          variable,
          stages,
          timeout,
        },
      },
    ]),
  );
}

const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z.array(
        z.object({
          type: z.string(),
          id: z.string().optional(),
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
