import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, load, names, writesOfRotation } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";

describe("a MtlsBinding in a YAML program", () => {
  const branches = ["staging", "canary", "main"];
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator({ branches: branches.map(name => ({ name })) });
    yaml = await YamlProject.create(emulator);
  });

  after(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  const write = async (more: Record<string, unknown> = {}) => {
    const issued = await emulator.authority.issue();
    await yaml.file("client.pem", issued.chain);
    await yaml.file("client-key.pem", issued.privateKey);
    const verify = { path: "/health" };
    await yaml.write({
      resources: {
        backend: {
          type: "zuplo:MtlsBinding",
          properties: {
            certificate: { "fn::readFile": "./client.pem" },
            privateKeySource: { file: "./client-key.pem" },
            variable: "BACKEND_MTLS_CERT",
            settle: 0,
            stages: [
              { branches: ["staging", "canary"], verify },
              { branches: ["main"], verify },
            ],
            ...more,
          },
        },
      },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how YAML refers to an output.
      outputs: { name: "${backend.certificateName}" },
    });
  };

  it("rotates under load without a failed request, stage by stage, with the writes that it needs", async () => {
    await write();
    assertSucceeded(await yaml.project.up());
    await write();
    emulator.clearTrace();
    const preview = await yaml.project.preview();
    assertSucceeded(preview);
    assert.match(preview.text, /\+-1 to replace/);
    assert.deepEqual(emulator.writes(), []);
    const traffic = load(emulator, branches, 100);
    const run = await yaml.project.up();
    const result = await traffic.stop();
    assertSucceeded(run);
    assert.equal(result.failed, 0);
    assertSafe(emulator);
    assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: 3, S: 2, E: 3 }));
    const [name, ...others] = names(emulator);
    assert.deepEqual(others, []);
    assert.equal((await yaml.project.outputs()).name, name);
    emulator.clearTrace();
    assertSucceeded(await yaml.project.up());
    assert.deepEqual(emulator.writes(), []);
  });

  it("says in preview what is wrong with its arguments", async () => {
    await write({ stages: [] });
    const run = await yaml.project.preview();
    assertFailed(run);
    assert.match(run.text, /stages is empty: give at least one stage/);
  });
});
