import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, load, names, pem, writesOfRotation } from "../support/rotation";

const verify = { path: "/health" };
const requestsPerSecond = 400;

interface Case {
  title: string;
  stages: string[][];
  /** Environment types of the stages. */
  types: number;
}

const cases: Case[] = [
  { title: "1 environment", stages: [["main"]], types: 1 },
  { title: "3 environments in 2 stages", stages: [["staging", "canary"], ["main"]], types: 2 },
  {
    title: "10 environments in 3 stages",
    stages: [["staging"], Array.from({ length: 8 }, (_, index) => `preview-${index}`), ["main"]],
    types: 2,
  },
];

describe("a rotation under load", () => {
  for (const { title, stages, types } of cases) {
    describe(`with ${title}`, () => {
      const branches = stages.flat();
      let emulator: Emulator;
      let project: TestProject;
      const inputs = (certificate: { certificate: string; privateKey: string }) => ({
        args: {
          ...certificate,
          variable: "BACKEND_MTLS_CERT",
          stages: stages.map(stage => ({ branches: stage, verify })),
        },
      });

      before(async () => {
        emulator = await startEmulator({ branches: [...branches, "untouched"].map(name => ({ name })) });
        project = await TestProject.create(emulator, "binding.js");
        await project.write(inputs(pem(await emulator.authority.issue())));
        assertSucceeded(await project.up());
      });

      after(async () => {
        await project.remove();
        await emulator.stop();
      });

      it("fails no request, writes exactly what is needed, and leaves one certificate", async () => {
        // given a binding in service, and its successor in the program
        const [oldName] = names(emulator);
        const untouched = emulator.deployment("untouched").buildId;
        await project.write(inputs(pem(await emulator.authority.issue())));
        emulator.clearTrace();
        // when it is rotated under load
        const traffic = load(emulator, branches, requestsPerSecond);
        const run = await project.up();
        const result = await traffic.stop();
        // then
        assertSucceeded(run);
        assert.equal(result.failed, 0, JSON.stringify(result.failures.slice(0, 3)));
        assert.ok(result.ratePerSecond >= 300, `only ${result.ratePerSecond} requests a second`);
        assertSafe(emulator);
        const E = branches.length;
        assert.equal(
          emulator.writes().length,
          writesOfRotation({ K: 1, V: E, S: types, E }),
          traceOf(emulator),
        );
        assert.equal(calls(emulator.trace, "deployment.deploy").length, E);
        assert.equal(calls(emulator.trace, "certificate.list").length, 1);
        assert.equal(calls(emulator.trace, "deployment.list").length, 1);
        const [newName, ...others] = names(emulator);
        assert.deepEqual(others, []);
        assert.notEqual(newName, oldName);
        for (const branch of branches)
          assert.deepEqual(emulator.served(branch).at(-1)?.certificates, { BACKEND_MTLS_CERT: newName });
        assert.equal(emulator.deployment("untouched").buildId, untouched);
      });

      it("writes nothing in a second run", async () => {
        emulator.clearTrace();
        const run = await project.up();
        assertSucceeded(run);
        assert.deepEqual(emulator.trace, []);
      });
    });
  }
});

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
    assert.equal(emulator.writes().length, writesOfRotation({ K: 3, V: 9, S: 2, E: 3 }), traceOf(emulator));
    assert.equal(calls(emulator.trace, "certificate.list").length, 1);
    const after = names(emulator);
    assert.equal(after.length, 3);
    assert.deepEqual(
      after.filter(name => before.includes(name)),
      [],
    );
  });
});

function traceOf(emulator: Emulator): string {
  return emulator
    .writes()
    .map(call => `${call.kind} ${call.subject} ${call.status}`)
    .join("\n");
}
