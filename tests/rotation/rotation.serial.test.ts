import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded, TestProject } from "../support/project";
import { assertSafe, calls, load, names, pem, writesOfRotation, writesTold } from "../support/rotation";

const verify = { path: "/health" };
const requestsPerSecond = 400;

interface Case {
  title: string;
  stages: string[][];
  /** Environment types of the stages. */
  types: number;
}

const cases: Case[] = [
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
          writesTold(emulator),
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
