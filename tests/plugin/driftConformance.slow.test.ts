import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { inProject } from "../support/byHand";
import { assertSucceeded, type TestProject } from "../support/project";
import { names, pem } from "../support/rotation";
import { adapters, createProject } from "./adapters";

for (const adapter of adapters) {
  describe(`a certificate that changes at Zuplo behaves the same through ${adapter.name}`, () => {
    let emulator: Emulator;
    let project: TestProject;

    before(async () => {
      emulator = await startEmulator();
      project = await createProject(emulator, adapter.program, adapter.isNative);
      const args = { ...pem(await emulator.authority.issue()), environments: ["preview"] };
      await project.write({ resources: [{ type: "MtlsCertificate", name: "backend", args }] });
      assertSucceeded(await project.up());
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
    });

    const kindsOfWrites = () =>
      emulator
        .writes()
        .map(({ kind }) => kind)
        .sort();

    it("when it is deleted outside: a refresh drops it, and the next run uploads it again", async () => {
      const [certificate] = emulator.certificates();
      await inProject(emulator, "DELETE", `/mtls-certificates/${certificate?.id}`);
      assertSucceeded(await project.refresh());
      emulator.clearTrace();
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["certificate.create"]);
      assert.deepEqual(names(emulator), [certificate?.name]);
    });

    it("when it is another one outside: a refresh tells, and the next run replaces it", async () => {
      const answer = await inProject(emulator, "GET", "/mtls-certificates");
      const { data } = answer as { data: { certificateInfo: Record<string, unknown> }[] };
      for (const { certificateInfo } of data) certificateInfo.serialNumber = "0badcafe";
      const restore = emulator.onCall(({ kind }) =>
        kind === "certificate.list" ? { status: 200, body: { data } } : undefined,
      );
      const refreshed = await project.refresh();
      restore();
      assertSucceeded(refreshed);
      assert.match(refreshed.text, /~ 1 updated/);
      assert.match((await project.preview()).text, /\+-1 to replace/);
      emulator.clearTrace();
      assertSucceeded(await project.up());
      // What is there has the name, and goes last.
      const [create, remove] = ["certificate.create", "certificate.delete"];
      assert.deepEqual(kindsOfWrites(), [create, remove]);
      assert.equal(names(emulator).length, 1);
    });
  });
}
