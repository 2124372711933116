import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { version } from "../../provider/version";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, load, names } from "../support/rotation";

/** The archive that Pulumi installs. */
export const pluginArchive = `pulumi-resource-zuplo-v${version}-linux-amd64.tar.gz`;

/** Arguments of `pulumi plugin install`. */
export const pluginInstall = ["plugin", "install", "resource", "zuplo", version];

/** A project without a program, whose engine finds on PATH what is given, and has installed the plugin. */
export async function installPlugin(
  emulator: Emulator,
  packages: string,
  PATH: string,
  from = ["--file", join(packages, pluginArchive)],
): Promise<TestProject> {
  const project = await TestProject.create(emulator, "any.js");
  project.env.PATH = PATH;
  for (const left of ["node_modules", "package.json", "index.js"])
    rmSync(join(project.folder, left), { recursive: true });
  await project.succeed(...pluginInstall, ...from);
  return project;
}

/** Makes a binding, rotates it under load, and destroys it; `write` writes the program. */
export async function rotateAndDestroy(
  emulator: Emulator,
  branches: readonly string[],
  project: TestProject,
  write: () => void,
): Promise<void> {
  write();
  const issue = async () => {
    const { chain, privateKey } = await emulator.authority.issue();
    writeFileSync(join(project.folder, "client.pem"), chain);
    writeFileSync(join(project.folder, "client-key.pem"), privateKey, { mode: 0o600 });
  };
  await issue();
  assertSucceeded(await project.up());
  const [first] = names(emulator);
  await issue();
  const traffic = load(emulator, branches, 50);
  const startedAt = performance.now();
  assertSucceeded(await project.up());
  console.log(`        rotated in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  assert.equal((await traffic.stop()).failed, 0);
  assert.equal(names(emulator).length, 1);
  assert.notEqual(names(emulator)[0], first);
  assertSafe(emulator);
  assertSucceeded(await project.destroy());
  assert.deepEqual(names(emulator), []);
}
