import assert from "node:assert/strict";
import type { Emulator } from "../../emulator";
import { withEmulator } from "../support/core";
import { assertSucceeded } from "../support/project";
import { assertSafe, calls, writesOfRotation } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { CoreStack } from "./coreStack";

/** Calls that are no writes and no looks at a deployment whose build is awaited, by kind. */
function reads(emulator: Emulator): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of emulator.trace) {
    if (entry.type !== "call" || entry.method !== "GET" || entry.kind === "deployment.get") continue;
    counts[entry.kind] = (counts[entry.kind] ?? 0) + 1;
  }
  return counts;
}

/**
 * One list of each kind, one look at the variables of each environment, and one at each certificate before it is
 * disabled for a type: what another process has changed is not undone.
 */
function readsOfRotation({ K, S, E }: { K: number; S: number; E: number }): Record<string, number> {
  return {
    "certificate.list": 1,
    "deployment.list": 1,
    "environment.list": 1,
    "environment.configurations": E,
    "certificate.get": K * S,
  };
}

/** One list of each kind, and one look at the variables of each environment: whether somebody has changed them. */
function readsOfRefresh(E: number): Record<string, number> {
  return {
    "certificate.list": 1,
    "deployment.list": 1,
    "environment.list": 1,
    "environment.configurations": E,
  };
}

describe("the calls of a rotation", () => {
  const sizes = [
    { K: 1, S: 1, E: 1 },
    { K: 10, S: 2, E: 3 },
    { K: 40, S: 2, E: 5 },
  ];
  for (const { K, S, E } of sizes) {
    const V = K * E;
    it(`of ${K} certificates over ${V} variables, ${S} types and ${E} deployments are as few as can be`, async () => {
      // Given: main is production, the others are previews.
      const branches = Array.from({ length: E }, (_, index) => ({
        name: index === 0 ? "main" : `b${index}`,
      }));
      await withEmulator({ branches, deployMs: 20 }, async emulator => {
        const stack = new CoreStack(emulator, { certificates: K });
        await stack.up();
        // When
        emulator.clearTrace();
        await stack.up();
        // Then
        assert.equal(emulator.writes().length, writesOfRotation({ K, V, S, E }));
        assert.equal(calls(emulator.trace, "deployment.deploy").length, E);
        assert.deepEqual(reads(emulator), readsOfRotation({ K, S, E }));
        assert.equal(emulator.certificates().length, K);
        assertSafe(emulator);
      });
    });
  }
});

describe("the calls of a refresh", () => {
  it("are the lists and a look at each environment, however many certificates there are", () =>
    withEmulator({}, async emulator => {
      // Given
      const size = { certificates: 200 };
      const stack = new CoreStack(emulator, size);
      await stack.up();
      // When
      emulator.clearTrace();
      const found = await stack.refresh();
      // Then
      assert.equal(found, size.certificates + emulator.deployments().length);
      assert.deepEqual(reads(emulator), readsOfRefresh(emulator.deployments().length));
      assert.deepEqual(emulator.writes(), []);
    }));
});

describe("the calls of a stack that the engine runs", () => {
  const [K, E] = [5, 2];

  it("are none where nothing changed, one list of each kind in a refresh, and in a rotation what has to change", () =>
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
        assert.deepEqual(reads(emulator), readsOfRefresh(E));
        // When, then
        emulator.clearTrace();
        await issue(emulator, yaml);
        assertSucceeded(await yaml.project.up());
        assert.equal(emulator.writes().length, writesOfRotation({ K, V: K * E, S: 2, E }));
        assert.deepEqual(reads(emulator), readsOfRotation({ K, S: 2, E }));
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

  /** Every deployment uses every certificate, each by a variable of its own. */
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
    const variablesOf = (branch: string) =>
      names.map((value, index) => ({ branch, name: `BACKEND_${index}_MTLS_CERT`, value }));
    const variables = branches.flatMap(branch =>
      variablesOf(branch).map((properties, index) => [
        `variable-${branch}-${index}`,
        { type: "zuplo:EnvironmentVariable", properties },
      ]),
    );
    const dependsOn = variables.map(([name]) => `\${${name}}`);
    const redeployments = branches.map(branch => [
      branch,
      {
        type: "zuplo:Redeployment",
        properties: { branch, certificates: names, variables: variablesOf(branch) },
        options: { dependsOn },
      },
    ]);
    return Object.fromEntries([...certificates, ...variables, ...redeployments]);
  }
});
