import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type CallKind, type Emulator, startEmulator } from "../../../emulator";
import { authorityIn } from "../../../scripts/certificates/issue";
import { assertFailed, assertSucceeded, TestProject } from "../../support/project";
import { pythonWithSdk } from "../../support/python";
import { names } from "../../support/rotation";

const root = resolve(__dirname, "../../..");

interface Example {
  folder: string;
  stack: string;
  /** Of the certificate's files. */
  certificate: string;
  config(certs: string): Record<string, string>;
  prepare?(temporary: string): Promise<Record<string, string>>;
}

const inFolder = (certs: string) => ({ certs });
const byName = (stack: string) => (certs: string) => ({
  certificate: join(certs, `${stack}.pem`),
  privateKey: join(certs, `${stack}-key.pem`),
});
const examples: Example[] = [
  { folder: "basic", stack: "dev", certificate: "client", config: inFolder },
  { folder: "rotation", stack: "dev", certificate: "client", config: inFolder },
  { folder: "multi-environment", stack: "staging", certificate: "staging", config: byName("staging") },
  {
    folder: "multi-environment",
    stack: "production",
    certificate: "production",
    config: byName("production"),
  },
  { folder: "yaml", stack: "dev", certificate: "client", config: inFolder },
  { folder: "python", stack: "dev", certificate: "client", config: inFolder, prepare: pythonWithSdk },
];

/** The calls of a destroy at which everything is killed, when the call was applied: all of them for one example. */
const kills: CallKind[] = ["deployment.deploy"];
const allKills: CallKind[] = ["certificate.update", ...kills, "certificate.delete"];
const killedAfterMs = 30;

for (const example of examples) {
  describe(`situation 8: the example ${example.folder}, as ${example.stack}`, () => {
    let temporary: string;
    let certs: string;
    let emulator: Emulator;
    let project: TestProject;

    before(async () => {
      temporary = await mkdtemp(join(tmpdir(), "pulumi-zuplo-example-"));
      certs = join(temporary, "certs");
      const command = ["--import", "tsx", join(root, "scripts/certificates.ts"), certs];
      await promisify(execFile)(process.execPath, [...command, "--name", example.certificate], { cwd: root });
      emulator = await startEmulator({
        authority: await authorityIn(certs),
        branches: ["staging", "canary", "main"].map(name => ({ name })),
        deployMs: 50,
      });
      project = await open(emulator, example, certs, (await example.prepare?.(temporary)) ?? {});
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
      await rm(temporary, { recursive: true });
    });

    it("can be destroyed right after its up", async () => {
      assertSucceeded(await project.up());
      assert.equal(names(emulator).length, 1);
      assertSucceeded(await project.destroy());
      assert.deepEqual(names(emulator), []);
    });

    for (const kind of example.folder === "rotation" ? allKills : kills) {
      it(`can be destroyed after a destroy that was killed at ${kind}`, async () => {
        // given
        assertSucceeded(await project.up());
        let isKilled = false;
        const restore = emulator.onCall(call => {
          if (isKilled || call.kind !== kind) return undefined;
          isKilled = true;
          setTimeout(() => project.kill(), killedAfterMs);
          return { destroy: "after" };
        });
        assertFailed(await project.destroy());
        restore();
        assert.ok(isKilled);
        // when
        await dropHalfWritten(project, example.stack);
        await project.succeed("cancel", "--yes");
        assertSucceeded(await project.destroy());
        // then
        assert.deepEqual(names(emulator), []);
      });
    }
  });
}

/** A copy of the example, with a state of its own. */
async function open(
  emulator: Emulator,
  { folder, stack, config }: Example,
  certs: string,
  env: Record<string, string>,
): Promise<TestProject> {
  const project = await TestProject.open(emulator, join(root, "examples", folder), {
    ...env,
    PULUMI_STACK: stack,
  });
  await mkdir(join(project.folder, ".state"));
  await symlink(join(root, "node_modules"), join(project.folder, "node_modules"), "dir");
  const settings = join(project.folder, "Pulumi.yaml");
  await writeFile(settings, (await readFile(settings, "utf8")).replace("../../bin", join(root, "bin")));
  await project.succeed("stack", "init", stack);
  for (const [key, value] of Object.entries(config(certs)))
    await project.succeed("config", "set", key, value);
  return project;
}

/** An empty file of attributes, which a killed engine may leave, is "EOF" to the next one: see docs/reliability.md. */
async function dropHalfWritten(project: TestProject, stack: string): Promise<void> {
  const [, name = ""] = /^name: (.*)$/m.exec(await project.read("Pulumi.yaml")) ?? [];
  const attributes = `.state/.pulumi/stacks/${name}/${stack}.json.attrs`;
  try {
    JSON.parse(await project.read(attributes));
  } catch {
    await rm(join(project.folder, attributes), { force: true });
  }
}
