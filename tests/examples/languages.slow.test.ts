import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { authorityIn } from "../../scripts/certificates/issue";
import { PulumiProject } from "../../scripts/demo/pulumi";
import { command, pythonWithSdk } from "../support/python";
import { assertSafe, names, writesOfRotation } from "../support/rotation";
import { killedAtRedeploy } from "./killed";

const root = resolve(__dirname, "../..");
const branches = ["staging", "main"];

describeExample("yaml", async () => ({}));
describeExample("python", pythonWithSdk);

/** `prepare` gives the environment in which the program runs; it may leave things in the folder that it gets. */
function describeExample(example: string, prepare: (temporary: string) => Promise<Record<string, string>>) {
  describe(`the example ${example}, on the native plugin`, () => {
    const folder = join(root, "examples", example);
    let temporary: string;
    let certs: string;
    let emulator: Emulator | undefined;
    let project: PulumiProject | undefined;
    let files: string[];

    before(async () => {
      files = readdirSync(folder);
      temporary = await mkdtemp(join(tmpdir(), "pulumi-zuplo-languages-"));
      certs = join(temporary, "certs");
      await certificates(certs);
      const env = await prepare(temporary);
      emulator = await startEmulator({
        authority: await authorityIn(certs),
        branches: branches.map(name => ({ name })),
        deployMs: 50,
      });
      project = new PulumiProject({
        folder,
        env: {
          ...settingsOf(emulator),
          ...env,
        },
      });
      await project.init("dev", { certs });
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
      rmSync(temporary, { recursive: true, force: true });
    });

    function running(): { emulator: Emulator; project: PulumiProject } {
      assert.ok(emulator !== undefined && project !== undefined);
      return { emulator, project };
    }

    it("is previewed and brought up, and a second run writes nothing", async () => {
      const { emulator, project } = running();
      // when
      const preview = await project.preview("dev");
      // then
      assert.match(preview.text, /MtlsBinding backend create/);
      assert.doesNotMatch(preview.text, /warning/i);
      assert.deepEqual(emulator.writes(), []);
      // when
      await project.up("dev");
      // then
      assert.equal(names(emulator).length, 1);
      await assertServed(emulator);
      emulator.clearTrace();
      // when
      await project.up("dev");
      // then
      assert.deepEqual(emulator.writes(), []);
    });

    it("rotates the certificate, of which one is left", async () => {
      const { emulator, project } = running();
      // given
      const [old] = names(emulator);
      await certificates(certs, "--rotate");
      emulator.clearTrace();
      // when
      await project.up("dev");
      // then
      const E = branches.length;
      assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: E, S: 2, E }));
      const [name, ...others] = names(emulator);
      assert.deepEqual(others, []);
      assert.notEqual(name, old);
      await assertServed(emulator);
      assertSafe(emulator);
    });

    it("keeps the certificate's key out of the state", async () => {
      assert.doesNotMatch(await running().project.export("dev"), /PRIVATE KEY/);
    });

    it("is destroyed to the last certificate", async () => {
      const { emulator, project } = running();
      // when
      const run = await project.destroy("dev");
      // then
      assert.equal(run.code, 0, run.text);
      assert.deepEqual(names(emulator), []);
    });

    it("is destroyed to the last certificate, too, where it was killed amid the destroy", async () => {
      const { emulator, project } = running();
      // given
      await project.up("dev");
      const killed = await killedAtRedeploy(emulator, project, () => project.destroy("dev"));
      assert.notEqual(killed.code, 0, killed.text);
      await project.cancel("dev");
      // when
      const run = await project.destroy("dev");
      // then
      assert.equal(run.code, 0, run.text);
      assert.deepEqual(names(emulator), []);
    });

    it("leaves its folder as it is", () => assert.deepEqual(readdirSync(folder), files));
  });
}

/** Every branch serves the one certificate, and the backend accepts it. */
async function assertServed(emulator: Emulator): Promise<void> {
  const [name] = names(emulator);
  for (const branch of branches) {
    assert.equal(emulator.served(branch).at(-1)?.certificates.BACKEND_MTLS_CERT, name, branch);
    assert.equal((await fetch(`${emulator.deployment(branch).url}/health`)).status, 200, branch);
  }
}

/** As a person would call it. */
async function certificates(...args: string[]): Promise<void> {
  await command(process.execPath, "--import", "tsx", join(root, "scripts/certificates.ts"), ...args);
}
