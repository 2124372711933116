import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { withEmulator } from "../support/core";
import { assertSucceeded } from "../support/project";
import { assertSafe, calls, writesOfRotation } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { CoreStack } from "./coreStack";

/** Calls that are no writes and no looks at a deployment whose build is awaited. */
function reads(emulator: Emulator): string[] {
  const polls = calls(emulator.trace, "deployment.get").length;
  const all = emulator.trace.filter(entry => entry.type === "call" && entry.method === "GET");
  assert.equal(
    all.length - polls,
    calls(emulator.trace, "certificate.list").length + calls(emulator.trace, "deployment.list").length,
  );
  return all
    .map(entry => entry.kind)
    .filter(kind => kind !== "deployment.get")
    .sort();
}

describe("the calls of a rotation", function () {
  this.timeout(60_000);
  const sizes = [
    { K: 1, V: 1, S: 1, E: 1 },
    { K: 10, V: 12, S: 2, E: 3 },
    { K: 100, V: 120, S: 2, E: 50 },
  ];
  for (const { K, V, S, E } of sizes) {
    it(`of ${K} certificates over ${V} variables, ${S} types and ${E} deployments are as few as can be`, async () => {
      // Given: main is production, the others are previews.
      const branches = Array.from({ length: E }, (_, index) => ({
        name: index === 0 ? "main" : `b${index}`,
      }));
      await withEmulator({ branches, deployMs: 20 }, async emulator => {
        const stack = new CoreStack(emulator, { certificates: K, variables: V });
        await stack.up();
        // When
        emulator.clearTrace();
        await stack.up();
        // Then
        assert.equal(emulator.writes().length, writesOfRotation({ K, V, S, E }));
        assert.equal(calls(emulator.trace, "deployment.deploy").length, E);
        assert.deepEqual(reads(emulator), ["certificate.list", "deployment.list"]);
        assert.equal(emulator.certificates().length, K);
        assertSafe(emulator);
      });
    });
  }
});

describe("the calls of a refresh", function () {
  this.timeout(60_000);

  it("are the pages of the lists, however many certificates there are", () =>
    withEmulator({}, async emulator => {
      // Given
      const size = { certificates: 200, variables: 0 };
      const stack = new CoreStack(emulator, size);
      await stack.up();
      // When
      emulator.clearTrace();
      const found = await stack.refresh();
      // Then
      assert.equal(found, size.certificates + emulator.deployments().length);
      assert.deepEqual(reads(emulator), ["certificate.list", "deployment.list"]);
      assert.deepEqual(emulator.writes(), []);
    }));
});

describe("the calls of a stack that the engine runs", function () {
  this.timeout(60_000);
  const [K, E] = [5, 2];

  it("are none where nothing changed, one list in a refresh, and in a rotation what has to change", () =>
    withEmulator({ deployMs: 20 }, async emulator => {
      // Given
      const yaml = await YamlProject.create(emulator);
      try {
        await issue(emulator, yaml);
        await yaml.write({ resources: resources(emulator) });
        assertSucceeded(await yaml.project.up());
        // When, then
        emulator.clearTrace();
        assertSucceeded(await yaml.project.up("--expect-no-changes"));
        assert.deepEqual(emulator.trace, []);
        // When, then
        assertSucceeded(await yaml.project.refresh("--expect-no-changes"));
        assert.deepEqual(reads(emulator), ["certificate.list", "deployment.list"]);
        // When, then
        emulator.clearTrace();
        await issue(emulator, yaml);
        assertSucceeded(await yaml.project.up());
        assert.equal(emulator.writes().length, writesOfRotation({ K, V: E, S: 2, E }));
        assert.deepEqual(reads(emulator), ["certificate.list", "deployment.list"]);
        assertSafe(emulator);
      } finally {
        await yaml.project.remove();
      }
    }));

  async function issue(emulator: Emulator, yaml: YamlProject): Promise<void> {
    for (let index = 0; index < K; index += 1) {
      const { chain, privateKey } = await emulator.authority.issue();
      await yaml.file(`${index}.pem`, chain);
      await yaml.file(`${index}.key`, privateKey);
    }
  }

  /** Every deployment uses every certificate; a variable on each branch names the first. */
  function resources(emulator: Emulator): Record<string, unknown> {
    const branches = emulator.deployments().map(({ branch }) => branch);
    const names = Array.from({ length: K }, (_, index) => `\${certificate${index}.name}`);
    const certificates = names.map((_, index) => [
      `certificate${index}`,
      {
        type: "zuplo:MtlsCertificate",
        properties: {
          certificate: { "fn::readFile": `./${index}.pem` },
          privateKeySource: { file: `${index}.key` },
          environments: ["preview", "production"],
        },
      },
    ]);
    const variable = (branch: string) => ({ branch, name: "BACKEND_MTLS_CERT", value: names[0] });
    const variables = branches.map(branch => [
      `variable-${branch}`,
      { type: "zuplo:EnvironmentVariable", properties: variable(branch) },
    ]);
    const dependsOn = branches.map(branch => `\${variable-${branch}}`);
    const redeployments = branches.map(branch => [
      branch,
      {
        type: "zuplo:Redeployment",
        properties: { branch, certificates: names, variables: [variable(branch)] },
        options: { dependsOn },
      },
    ]);
    return Object.fromEntries([...certificates, ...variables, ...redeployments]);
  }
});
