import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Emulator } from "../../emulator";
import { TestProject } from "../support/project";

const root = resolve(__dirname, "../..");

/** The `plugins` section of a Pulumi.yaml by which the engine finds the plugin of this checkout. */
export const plugins = { providers: [{ name: "zuplo", path: join(root, "bin") }] };

/** A project without a program of its own: the resources stand in Pulumi.yaml. */
export class YamlProject {
  private constructor(readonly project: TestProject) {}

  static async create(emulator: Emulator, env: Record<string, string> = {}): Promise<YamlProject> {
    return new YamlProject(await TestProject.create(emulator, "any.js", { env }));
  }

  /** Writes the program: `resources`, `variables` and `outputs` of Pulumi's YAML. JSON is YAML. */
  async write(program: { resources: Record<string, unknown>; [section: string]: unknown }): Promise<void> {
    const text = JSON.stringify({ name: "shop", runtime: "yaml", plugins, ...program }, null, 2);
    await writeFile(join(this.project.folder, "Pulumi.yaml"), text);
  }

  /** Writes a file beside the program. */
  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.project.folder, name), text);
  }
}
