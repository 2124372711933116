import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { plugins } from "./plugin";
import { TestProject } from "./project";

/** A project without a program of its own: the resources stand in Pulumi.yaml. */
export class YamlProject {
  private constructor(
    readonly project: TestProject,
    private readonly name: string,
  ) {}

  static async create(
    emulator: Emulator,
    options: { name?: string; stack?: string; env?: Record<string, string> } = {},
  ): Promise<YamlProject> {
    return new YamlProject(await TestProject.create(emulator, "any.js", options), options.name ?? "shop");
  }

  /** Writes the program: `resources`, `variables` and `outputs` of Pulumi's YAML. JSON is YAML. */
  async write(program: { resources: Record<string, unknown>; [section: string]: unknown }): Promise<void> {
    const text = JSON.stringify({ name: this.name, runtime: "yaml", plugins, ...program }, null, 2);
    await writeFile(join(this.project.folder, "Pulumi.yaml"), text);
  }

  /** Writes the files of a certificate: client.pem and client.key. */
  async certificate({ chain, privateKey }: Pick<Issued, "chain" | "privateKey">): Promise<void> {
    await this.file("client.pem", chain);
    await this.file("client.key", privateKey);
  }

  /** Writes a file beside the program. */
  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.project.folder, name), text);
  }
}
