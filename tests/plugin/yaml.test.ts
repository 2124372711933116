import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { assertSafe, calls, load, names, writesOfRotation } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { reference, rotationResources } from "../support/yamlRotation";

const branches = ["staging", "canary", "main"];
const verify = { path: "/health" };

/** A certificate in use by three branches: each variable changes before the first redeploy. */
const rotation = {
  resources: rotationResources([{ branches, verify }], { variable: "BACKEND_MTLS_CERT" }),
  outputs: { certificateName: reference("backend.name"), fingerprint: reference("backend.fingerprint") },
};

describe("a YAML program over three environments", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  before(async () => {
    emulator = await startEmulator({ branches: [...branches, "untouched"].map(name => ({ name })) });
    yaml = await YamlProject.create(emulator);
  });

  after(async () => {
    await yaml.project.remove();
    await emulator.stop();
  });

  async function issue(): Promise<void> {
    await yaml.certificate(await emulator.authority.issue());
  }

  it("is created, and a second run writes nothing", async () => {
    await issue();
    await yaml.write(rotation);
    assertSucceeded(await yaml.project.up());
    const [name] = names(emulator);
    assert.match(String(name), /^backend_prod_[0-9a-f]{12}$/);
    emulator.clearTrace();
    const run = await yaml.project.up();
    assertSucceeded(run);
    assert.deepEqual(emulator.trace, []);
  });

  it("shows the rotation in a preview, exactly and without a call", async () => {
    await issue();
    emulator.clearTrace();
    const run = await yaml.project.preview();
    assertSucceeded(run);
    assert.deepEqual(emulator.trace, []);
    const [oldName = ""] = names(emulator);
    assert.match(run.text, new RegExp(`~ name +: "${oldName}" => "backend_prod_[0-9a-f]{12}"`));
    assert.match(run.text, new RegExp(`~ value: +"${oldName}" => "backend_prod_[0-9a-f]{12}"`));
    // and in words: which certificate takes the place of which, and the steps of each deployment
    assert.match(
      run.text,
      new RegExp(
        `MtlsCertificate 'backend_prod_[0-9a-f]{12}' takes the place of '${oldName}': serial number \\w+ → \\w+, ` +
          "valid from \\S+Z → \\S+Z, valid to \\S+Z → \\S+Z, fingerprint [0-9a-f]{64} → [0-9a-f]{64}\\. \\[ZUPLO1225\\]",
      ),
    );
    assert.match(
      run.text,
      new RegExp(
        `Redeployment 'gateway-main-\\w+' will disable '${oldName}' for production unless a branch needs it, redeploy ` +
          "once, verify GET /health and roll back if that fails\\. \\[ZUPLO1414\\]",
      ),
    );
    assert.match(run.text, /~ 6 to update/);
    assert.match(run.text, /\+-1 to replace/);
    assert.doesNotMatch(run.text, /PRIVATE KEY/);
  });

  it("says in a preview that customTimeouts is without effect, but for a redeploy", async () => {
    const customTimeouts = { create: "5m", update: "5m" };
    const limited = Object.entries(rotation.resources).map(([name, resource]) => {
      const { options = {} } = resource as { options?: object };
      return [name, { ...resource, options: { ...options, customTimeouts } }];
    });
    await yaml.write({ ...rotation, resources: Object.fromEntries(limited) });
    const run = await yaml.project.preview();
    await yaml.write(rotation);
    assertSucceeded(run);
    assert.match(run.text, /MtlsCertificate 'backend': customTimeouts does nothing here\. .* \[ZUPLO1115\]/);
    assert.match(run.text, /EnvironmentVariable 'variable-main': customTimeouts does nothing here/);
    assert.doesNotMatch(run.text, /Redeployment '[^']*': customTimeouts/);
  });

  it("rotates under load without a failed request, with the writes that it needs", async () => {
    const [oldName] = names(emulator);
    emulator.clearTrace();
    const traffic = load(emulator, branches, 100);
    const run = await yaml.project.up();
    const result = await traffic.stop();
    assertSucceeded(run);
    assert.equal(result.failed, 0, JSON.stringify(result.failures.slice(0, 3)));
    assertSafe(emulator);
    assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: 3, S: 2, E: 3 }));
    assert.equal(calls(emulator.trace, "certificate.list").length, 1);
    const [newName, ...others] = names(emulator);
    assert.deepEqual(others, []);
    assert.notEqual(newName, oldName);
    for (const branch of branches) {
      assert.deepEqual(emulator.served(branch).at(-1)?.certificates, { BACKEND_MTLS_CERT: newName });
    }
  });

  it("leaves the certificate's key out of the state, the config's API key too", async () => {
    const state = await yaml.project.state("--show-secrets");
    assert.doesNotMatch(state, /PRIVATE KEY/);
    assert.doesNotMatch(state, new RegExp(emulator.apiKey));
  });
});
