import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { inProject, upload } from "../support/byHand";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, names, pem } from "../support/rotation";

const environments = ["preview", "production"];

describe("the places that a stack changes", () => {
  let emulator: Emulator;
  let project: TestProject;

  const start = async (program: string) => {
    emulator = await startEmulator();
    project = await TestProject.create(emulator, program);
  };

  afterEach(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("may be named by deployments instead of branches: Zuplo is asked for their branches", async () => {
    await start("binding.js");
    const deployments = (branch: string) => [emulator.deployment(branch).name];
    const stages = [{ deployments: deployments("staging") }, { deployments: deployments("main") }];
    const write = async () =>
      project.write({
        args: { ...pem(await emulator.authority.issue()), variable: "BACKEND_MTLS_CERT", stages },
      });
    await write();
    assertSucceeded(await project.up());
    await write();
    assertSucceeded(await project.up());
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    assert.deepEqual(emulator.variables("main"), { BACKEND_MTLS_CERT: name });
    assert.deepEqual(emulator.variables("staging"), { BACKEND_MTLS_CERT: name });
    assertSafe(emulator);
  });

  it("are those that it names, and no other", async () => {
    await start("binding.js");
    await upload(emulator, "somebody_elses", await emulator.authority.issue());
    const variable = { name: "OTHER", isSecret: false, value: "kept" };
    await inProject(emulator, "POST", "/branches/main/variables", variable);
    const stages = [{ branches: ["staging"] }, { branches: ["main"] }];
    for (const _ of [1, 2]) {
      await project.write({
        args: { ...pem(await emulator.authority.issue()), variable: "BACKEND_MTLS_CERT", stages },
      });
      assertSucceeded(await project.up());
    }
    const kept = emulator.certificates().find(({ name }) => name === "somebody_elses");
    assert.deepEqual(kept?.environments, environments);
    assert.equal(emulator.variables("main").OTHER, "kept");
    assert.deepEqual(
      calls(emulator.trace, "certificate.update").filter(({ subject }) => subject === "somebody_elses"),
      [],
    );
    assert.equal(emulator.certificates().length, 2);
  });
});
