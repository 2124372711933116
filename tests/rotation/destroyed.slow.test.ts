import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, pem } from "../support/rotation";

describe("a stack that is destroyed", () => {
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

  it("is taken out of its deployment and deleted, and can be told to stay", async () => {
    const args = {
      ...pem(await emulator.authority.issue()),
      variable: "BACKEND_MTLS_CERT",
      stages: [{ branches: ["main"] }],
    };
    await project.write({ args });
    assertSucceeded(await project.up());
    assertSucceeded(await project.destroy());
    assert.deepEqual(emulator.certificates(), []);
    emulator.hazards.splice(0);
    emulator.violations.splice(0);
    await project.write({ args: { ...args, onDelete: "retain" } });
    assertSucceeded(await project.up());
    const destroyed = await project.destroy();
    assertSucceeded(destroyed);
    assert.match(destroyed.text, /is left at Zuplo as it is \(onDelete: "retain"\)/);
    assert.match(
      destroyed.text,
      /EnvironmentVariable 'main\/BACKEND_MTLS_CERT' is left at Zuplo with its last value/,
    );
    assert.equal(emulator.certificates().length, 1);
    assertSafe(emulator);
  });
});
