import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { inAccount } from "../support/byHand";
import { assertFailed, assertSucceeded, type TestProject } from "../support/project";
import { adapters, createProject } from "./adapters";

for (const { name, program, isNative } of adapters) {
  describe(`a CA certificate for callers behaves the same through ${name}`, () => {
    let emulator: Emulator;
    let project: TestProject;
    let certificate: string;

    before(async () => {
      emulator = await startEmulator();
      project = await createProject(emulator, program, isNative);
      ({ certificate } = await createAuthority());
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
    });

    const write = (more: Record<string, unknown> = {}) =>
      project.write({
        resources: [{ type: "ClientMtlsCaCertificate", name: "callers", args: { certificate, ...more } }],
      });

    const kindsOfWrites = () => emulator.writes().map(({ kind }) => kind.replace("ca-certificate.", ""));

    it("when it is created, renamed in place, and run again", async () => {
      await write();
      assertSucceeded(await project.up());
      await write({ name: "partners" });
      assertSucceeded(await project.up());
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["create", "update"]);
      assert.deepEqual(await project.outputs(), { callers: "partners" });
    });

    it("when another one replaces it, and when it is destroyed", async () => {
      ({ certificate } = await createAuthority());
      emulator.clearTrace();
      // given that callers may still need the old one
      await write();
      const refused = await project.preview();
      assertFailed(refused);
      assert.match(refused.text.replace(/\s+/g, " "), /Add a second resource .*\[ZUPLO1106\]/);
      assert.deepEqual(emulator.trace, []);
      // when it is said that none does
      await write({ onReplace: "delete" });
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["create", "delete"]);
      assertSucceeded(await project.destroy());
      assert.deepEqual(kindsOfWrites(), ["create", "delete", "delete"]);
    });

    if (!isNative) return;
    it("and can be imported by its name, with nothing to do afterwards", async () => {
      await inAccount(emulator, "POST", "/client-mtls-ca-certificates", { name: "by_hand", certificate });
      await project.write({
        resources: [
          {
            type: "ClientMtlsCaCertificate",
            name: "callers",
            args: { certificate, name: "by_hand" },
            opts: { import: "by_hand" },
          },
        ],
      });
      emulator.clearTrace();
      const run = await project.up();
      assertSucceeded(run);
      assert.match(run.text, /= 1 imported/);
      assertSucceeded(await project.refresh());
      const again = await project.up();
      assertSucceeded(again);
      assert.match(again.text, /2 unchanged/);
      assert.deepEqual(emulator.writes(), []);
    });
  });
}
