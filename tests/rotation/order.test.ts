import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, names, pem } from "../support/rotation";

const verify = { path: "/health" };

describe("the order of a rotation", () => {
  let emulator: Emulator;
  let project: TestProject;

  before(async () => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, "binding.js");
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("is: upload, variable, disable, redeploy, serve, verify for each stage, and the delete last", async () => {
    const write = async () =>
      project.write({
        args: {
          ...pem(await emulator.authority.issue()),
          variable: "BACKEND_MTLS_CERT",
          stages: [
            { branches: ["staging"], verify },
            { branches: ["main"], verify },
          ],
        },
      });
    await write();
    assertSucceeded(await project.up());
    const [oldName = ""] = names(emulator);
    await write();
    emulator.clearTrace();
    const asked = emulator.backend.requests;
    assertSucceeded(await project.up());
    const [newName = ""] = names(emulator);
    const steps = emulator.trace
      .filter(entry => entry.type === "event" || (entry.method !== "GET" && entry.applied))
      .map(entry => `${entry.kind} ${entry.subject}`);
    const staging = emulator.deployment("staging").name;
    const main = emulator.deployment("main").name;
    assert.deepEqual(steps, [
      `certificate.create ${newName}`,
      "variable.update staging/BACKEND_MTLS_CERT",
      `certificate.update ${oldName}`,
      `deployment.deploy ${staging}`,
      `build.served ${staging}`,
      "variable.update main/BACKEND_MTLS_CERT",
      `certificate.update ${oldName}`,
      `deployment.deploy ${main}`,
      `build.served ${main}`,
      `certificate.delete ${oldName}`,
    ]);
    const disabling = calls(emulator.trace, "certificate.update").map(call => call.body);
    assert.deepEqual(disabling, [{ environments: ["production"] }, { environments: [] }]);
    // Each stage is verified through the gateway to the backend, by three answers that agree.
    assert.equal(emulator.backend.requests - asked, 2 * 3);
    assertSafe(emulator);
  });
});
