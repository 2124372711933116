import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded, type TestProject } from "../support/project";
import { assertSafe, calls, names, pem } from "../support/rotation";
import { adapters, createProject } from "./adapters";

const seen = new Map<string, Record<string, unknown>>();

// The same cases, in the same order, on one stack for each adapter; what one of them cannot do stands at the end.
for (const adapter of adapters) {
  describe(`a resource behaves the same through ${adapter.name}`, () => {
    let emulator: Emulator;
    let project: TestProject;
    let current: { certificate: string; privateKey: string };

    before(async () => {
      emulator = await startEmulator();
      project = await createProject(emulator, adapter.program, adapter.isNative);
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
    });

    // Only production is redeployed, and the certificate is for other types: what this suite replaces is never bound.
    const write = (more: Record<string, unknown> = {}, redeployment: Record<string, unknown> = {}) =>
      project.write({
        resources: [
          {
            type: "MtlsCertificate",
            name: "backend",
            args: { ...current, environments: ["development", "preview"], ...more },
          },
          {
            type: "EnvironmentVariable",
            name: "token",
            args: { branch: "main", name: "TOKEN", value: "s3cret-value", isSecret: true },
          },
          {
            type: "Redeployment",
            name: "main",
            args: { branch: "main", certificates: [], variables: [], ...redeployment },
          },
        ],
      });

    const kindsOfWrites = () =>
      emulator
        .writes()
        .map(({ kind }) => kind)
        .sort();

    it("when it is created, and run again", async () => {
      current = pem(await emulator.authority.issue());
      await write();
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["certificate.create", "deployment.deploy", "variable.create"]);
      const { backend } = await project.outputs();
      assert.deepEqual(names(emulator), [backend]);
      seen.set(adapter.name, { lineage: String(backend).slice(0, -8) });
      emulator.clearTrace();
      assertSucceeded(await project.up());
      assert.deepEqual(emulator.trace, []);
    });

    it("when environments change in place, a setting changes without a call, and a trigger redeploys", async () => {
      await write(
        { environments: ["preview"], warnBefore: "10d", onDelete: "disable" },
        { triggers: { commit: "b" } },
      );
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["certificate.update", "deployment.deploy"]);
      await write({ environments: ["preview"] }, { triggers: { commit: "b" } });
      emulator.clearTrace();
      assertSucceeded(await project.up());
      assert.deepEqual(emulator.writes(), []);
    });

    it("when input is bad: in preview, with the same sentence, and no call", async () => {
      await write({ privateKey: pem(await emulator.authority.issue()).privateKey, environments: ["prod"] });
      emulator.clearTrace();
      const run = await project.preview();
      assertFailed(run);
      assert.match(run.text, /must be one of development, preview, production/);
      assert.doesNotMatch(run.text, /PRIVATE KEY/);
      assert.deepEqual(emulator.trace, []);
    });

    it("when another certificate replaces it", async () => {
      current = pem(await emulator.authority.issue());
      await write({ environments: ["preview"] }, { triggers: { commit: "b" } });
      const preview = await project.preview();
      assert.match(preview.text, /\+-1 to replace/);
      emulator.clearTrace();
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["certificate.create", "certificate.delete"]);
      assert.equal(names(emulator).length, 1);
    });

    it("when a build fails, and when it is tried again without edits", async () => {
      await write({ environments: ["preview"] }, { triggers: { commit: "c" } });
      emulator.failNextBuild("main", "no such module");
      const failed = await project.up();
      assertFailed(failed);
      assert.match(failed.text.replace(/\s+/g, " "), /the build ended as ERROR: no such module/);
      emulator.clearTrace();
      assertSucceeded(await project.up());
      assert.deepEqual(kindsOfWrites(), ["deployment.deploy"]);
    });

    it("when it is refreshed, and destroyed", async () => {
      emulator.clearTrace();
      assertSucceeded(await project.refresh());
      assert.equal(calls(emulator.trace, "certificate.list").length, 1);
      const state = await project.state("--show-secrets");
      assert.doesNotMatch(await project.state(), /s3cret-value|PRIVATE KEY/);
      assert.match(state, /s3cret-value/);
      await write({ environments: ["preview"], onDelete: "retain" }, { triggers: { commit: "c" } });
      assertSucceeded(await project.up());
      assertSucceeded(await project.destroy());
      assert.equal(names(emulator).length, 1);
      assertSafe(emulator);
    });

    it(
      adapter.isNative
        ? "and can be imported"
        : "but cannot be imported: Pulumi's dynamic host has no import",
      async () => {
        const [certificate] = emulator.certificates();
        const type = adapter.isNative
          ? "zuplo:index:MtlsCertificate"
          : "pulumi-nodejs:dynamic/zuplo:MtlsCertificate";
        const run = await project.run(
          "import",
          type,
          "adopted",
          certificate?.id ?? "",
          "--yes",
          "--generate-code=false",
        );
        assert.equal(run.code === 0, adapter.isNative, run.text);
      },
    );
  });
}

describe("the adapters", () => {
  it("give certificates of one resource names of one lineage", () => {
    assert.equal(seen.size, 2, "both adapters have been played");
    const [one, other] = [...seen.values()];
    assert.deepEqual(one, other);
  });
});
