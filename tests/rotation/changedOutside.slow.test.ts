import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { inProject } from "../support/byHand";
import { assertSucceeded, TestProject } from "../support/project";
import { calls, pem } from "../support/rotation";

const environments = ["preview", "production"];

describe("a certificate that was changed outside", () => {
  let emulator: Emulator;
  let project: TestProject;

  before(async () => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, "any.js");
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("is seen in a refresh, and put right by the next run", async () => {
    const issued = await emulator.authority.issue();
    const resources = [{ type: "MtlsCertificate", name: "backend", args: { ...pem(issued), environments } }];
    await project.write({ resources });
    assertSucceeded(await project.up());
    const [certificate] = emulator.certificates();
    const path = `/mtls-certificates/${certificate?.id}`;
    // given other environments
    await inProject(emulator, "PATCH", path, { environments: ["development"] });
    assertSucceeded(await project.refresh());
    assert.match((await project.preview()).text, /environments/);
    assertSucceeded(await project.up());
    assert.deepEqual(
      emulator.certificates().map(each => each.environments),
      [environments],
    );
    // given no certificate at all
    await inProject(emulator, "DELETE", path);
    assert.deepEqual(emulator.certificates(), []);
    assertSucceeded(await project.refresh());
    assertSucceeded(await project.up());
    assert.equal(emulator.certificates().length, 1);
    emulator.clearTrace();
    assertSucceeded(await project.refresh());
    assertSucceeded(await project.up());
    assert.deepEqual(emulator.writes(), []);
    assert.equal(calls(emulator.trace, "certificate.list").length, 1);
  });
});
