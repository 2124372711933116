import { z } from "zod";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { TerraformProject } from "../support/terraform";
import type { Course } from "./cell";
import { type Binding, bindingsOf, timeout } from "./program";
import { type ChaosStack, doneAmong } from "./stack";

function programOf(bindings: readonly Binding[]): string {
  const blocks = bindings.map(
    ({ name, variable, stages }) => `
resource "zuplo_mtls_binding" "${name}" {
  name_prefix        = "${name.replaceAll("-", "_")}"
  certificate        = file("client.pem")
  private_key_source = { file = "client.key" }
  variable           = ${JSON.stringify(variable)}
  stages             = ${JSON.stringify(stages)}
  timeout            = "${timeout}s"
}
`,
  );
  return `provider "zuplo" {}\n${blocks.join("")}`;
}

const stateSchema = z.object({
  resources: z.array(z.object({ instances: z.array(z.object({ private: z.string().optional() })) })),
});

/** What the provider keeps of the parts of a binding. */
const ledger = z.object({
  state: z.object({
    __memory: z.object({
      parts: z.array(
        z.object({
          type: z.string(),
          id: z.string().optional(),
          state: z.object({ certificates: z.array(z.string()).optional() }),
        }),
      ),
    }),
  }),
});

/** The same of Terraform, or OpenTofu. */
export class TerraformStack implements ChaosStack {
  private constructor(readonly project: TerraformProject) {}

  static async create(emulator: Emulator, course: Course): Promise<TerraformStack> {
    const project = await TerraformProject.create(emulator);
    await project.write(programOf(bindingsOf(course)));
    return new TerraformStack(project);
  }

  /** A copy of a stack's folder. */
  static async open(emulator: Emulator, from: string, env: Record<string, string>): Promise<TerraformStack> {
    return new TerraformStack(await TerraformProject.open(emulator, from, env));
  }

  async write({ chain, privateKey }: Issued): Promise<void> {
    await this.project.file("client.pem", chain);
    await this.project.file("client.key", privateKey);
  }

  up = () => this.project.apply();
  destroy = () => this.project.destroy();
  state = () => this.project.written();

  /** The lock of a local state ends with its process. */
  recover = () => Promise.resolve("");

  async done(before: readonly string[]): Promise<number> {
    const { resources } = stateSchema.parse(JSON.parse(await this.project.read("terraform.tfstate")));
    const kept = resources.flatMap(({ instances }) => instances.flatMap(({ private: text }) => text ?? []));
    const parts = kept.flatMap(text => {
      const { state } = ledger.parse(JSON.parse(Buffer.from(text, "base64").toString()));
      return state.__memory.parts;
    });
    return doneAmong(
      parts.flatMap(({ type, id = "", state: { certificates = [] } }) =>
        type === "Redeployment" ? [{ deployment: id, certificates }] : [],
      ),
      before,
    );
  }
}
