import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, load, names, pem, writesOfRotation, writesTold } from "../support/rotation";

const verify = { path: "/health" };
const requestsPerSecond = 100;

describe("three certificates at once", () => {
  let emulator: Emulator;
  let project: TestProject;
  const branches = ["staging", "canary", "main"];
  const variables = ["BACKEND_MTLS_CERT", "BILLING_CERT", "STOCK_CERT"];

  before(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })) });
    project = await TestProject.create(emulator, "resources.js");
  });

  after(async () => {
    await project.remove();
    await emulator.stop();
  });

  it("need one redeploy for each environment", async () => {
    const write = async () =>
      project.write({
        branches,
        environments: ["preview", "production"],
        verify,
        certificates: await Promise.all(
          variables.map(async variable => ({
            name: variable.toLowerCase(),
            variable,
            ...pem(await emulator.authority.issue()),
          })),
        ),
      });
    await write();
    assertSucceeded(await project.up());
    const before = names(emulator);
    await write();
    emulator.clearTrace();
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.up();
    const result = await traffic.stop();
    assertSucceeded(run);
    assert.equal(result.failed, 0);
    assertSafe(emulator);
    assert.equal(calls(emulator.trace, "deployment.deploy").length, 3);
    assert.equal(
      emulator.writes().length,
      writesOfRotation({ K: 3, V: 9, S: 2, E: 3 }),
      writesTold(emulator),
    );
    assert.equal(calls(emulator.trace, "certificate.list").length, 1);
    const after = names(emulator);
    assert.equal(after.length, 3);
    assert.deepEqual(
      after.filter(name => before.includes(name)),
      [],
    );
  });
});
