import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TestProject } from "./project";

/** The `plugins` section of a Pulumi.yaml by which the engine finds the plugin of this checkout. */
export const plugins = {
  providers: [{ name: "zuplo", path: join(resolve(__dirname, "../.."), "bin") }],
};

/** Lets the Node program of a project, of the usual name, use the native classes. */
export async function usePlugin({ folder }: TestProject): Promise<void> {
  const settings = JSON.stringify({ name: "shop", runtime: "nodejs", plugins });
  await writeFile(join(folder, "Pulumi.yaml"), settings);
}
