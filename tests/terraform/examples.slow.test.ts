import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, load, names } from "../support/rotation";
import { needsEngine, TerraformProject } from "../support/terraform";

const examples = resolve(__dirname, "../../examples/terraform");
const requestsPerSecond = 50;

describe("the examples for Terraform", () => {
  let emulator: Emulator;
  let project: TerraformProject;

  before(needsEngine);

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 50 });
  });

  afterEach(async () => {
    await project?.remove();
    await emulator?.stop();
  });

  const open = async (example: string) => {
    project = await TerraformProject.open(emulator, join(examples, example));
  };

  /** Issues a certificate into the folder, as its name there is. */
  const issue = async (name = "client", folder = "certs"): Promise<string> => {
    const { chain, privateKey, fingerprint } = await emulator.authority.issue();
    await mkdir(join(project.folder, folder), { recursive: true });
    await project.file(join(folder, `${name}.pem`), chain);
    await project.file(join(folder, `${name}-key.pem`), privateKey);
    return fingerprint;
  };

  const assertUnchanged = async () => {
    const run = await project.plan("-detailed-exitcode");
    assert.equal(run.code, 0, run.text);
  };

  const assertServed = async (...branches: string[]) => {
    for (const branch of branches) {
      const { url } = emulator.deployment(branch);
      assert.equal((await fetch(`${url}/health`)).status, 200, branch);
    }
  };

  /** Puts another certificate into service while requests go on. */
  const rotate = async (branches: string[], name?: string) => {
    const [old] = new Set(branches.map(branch => emulator.variables(branch).BACKEND_MTLS_CERT));
    await issue(name);
    const traffic = load(emulator, branches, requestsPerSecond);
    const run = await project.apply();
    const { failed } = await traffic.stop();
    assertSucceeded(run);
    assert.equal(failed, 0);
    assert.ok(old !== undefined && !names(emulator).includes(old), old);
    await assertServed(...branches);
    await assertUnchanged();
    return run;
  };

  const assertDestroyed = async () => {
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), []);
    assertSafe(emulator);
  };

  it("first-rotation: a binding is rotated in place, and destroyed", async () => {
    await open("first-rotation");
    await issue();
    assertSucceeded(await project.apply());
    await assertServed("staging", "main");
    await assertUnchanged();
    const run = await rotate(["staging", "main"]);
    assert.match(run.text, /0 added, 1 changed, 0 destroyed/);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
    await assertDestroyed();
  });

  it("parts: a certificate is replaced after what uses it, and all of it destroyed", async () => {
    await open("parts");
    await issue();
    assertSucceeded(await project.apply());
    await assertServed("staging", "main");
    await assertUnchanged();
    const run = await rotate(["staging", "main"]);
    assert.match(run.text, /1 added, 4 changed, 1 destroyed/);
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
    await assertDestroyed();
  });

  it("environments: a workspace each, of which a rotation touches one", async () => {
    await open("environments");
    // No workspace is selected yet.
    await issue("default");
    const refused = await project.apply();
    assertFailed(refused);
    assert.deepEqual(names(emulator), []);
    for (const [environment, branch] of [
      ["staging", "staging"],
      ["production", "main"],
    ] as const) {
      await issue(environment);
      await project.succeed("workspace", "new", environment);
      assertSucceeded(await project.apply());
      await assertServed(branch);
      await assertUnchanged();
    }
    // when one of them is rotated
    const production = emulator.variables("main").BACKEND_MTLS_CERT ?? "";
    await project.succeed("workspace", "select", "staging");
    await rotate(["staging"], "staging");
    assert.ok(names(emulator).includes(production));
    assert.equal(names(emulator).length, 2);
    assert.equal(emulator.variables("main").BACKEND_MTLS_CERT, production);
    assertSafe(emulator);
    assertSucceeded(await project.destroy());
    assert.deepEqual(names(emulator), [production]);
    await project.succeed("workspace", "select", "production");
    await assertUnchanged();
    await assertDestroyed();
  });

  it("first-rotation: its own test runs with `terraform test`", async () => {
    await open("first-rotation");
    await issue();
    await issue("client", "certs/next");
    const run = await project.run("test");
    assertSucceeded(run);
    assert.match(run.text, /3 passed, 0 failed/);
    assert.deepEqual(names(emulator), []);
    assertSafe(emulator);
  });
});
