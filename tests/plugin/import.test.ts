import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import type { RawInputs } from "../../provider/resources/resource";
import { inProject, upload } from "../support/byHand";
import { assertSucceeded } from "../support/project";
import { names, pem } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";
import { PluginClient, refusalOf } from "./client";

const environments = ["preview", "production"];

/** Uploads a certificate as somebody without Pulumi does. */
async function uploadByHand(emulator: Emulator, name: string) {
  const issued = await emulator.authority.issue();
  return { id: await upload(emulator, name, issued), name, ...pem(issued) };
}

describe("an import, as the engine calls it", () => {
  let emulator: Emulator;
  let client: PluginClient;

  beforeEach(async () => {
    emulator = await startEmulator();
    client = await PluginClient.start();
    await client.configureFor(emulator);
  });

  afterEach(async () => {
    client.stop();
    await emulator.stop();
  });

  /** What becomes of an import with the `import` option: read, check, diff. */
  async function adopt(type: string, id: string, program: RawInputs) {
    const read = await client.read(type, id);
    const checked = await client.check(type, program, read.inputs);
    const diff = await client.diff(type, read.state, checked, read.inputs);
    return { read, checked, diff };
  }

  it("recognises the certificate of the program by serial, issuer and dates, without its key", async () => {
    const uploaded = await uploadByHand(emulator, "by_hand");
    const program = { certificate: uploaded.certificate, environments };
    for (const id of [uploaded.id, `${emulator.account}/${emulator.project}/${uploaded.id}`, uploaded.name]) {
      const { read, checked, diff } = await adopt("MtlsCertificate", id, program);
      assert.equal(read.id, uploaded.id);
      assert.deepEqual(checked.failures, []);
      assert.equal(checked.values.name, "by_hand");
      assert.deepEqual(diff.detailed, {});
    }
  });

  it("goes on as if Pulumi had made it: settings, refresh, and the next certificate", async () => {
    const uploaded = await uploadByHand(emulator, "by_hand");
    const program = {
      certificate: uploaded.certificate,
      environments,
      onDelete: "disable",
      warnBefore: "9d",
    };
    const { read, checked, diff } = await adopt("MtlsCertificate", uploaded.id, program);
    assert.deepEqual(diff.detailed, {});
    // The engine stores the program's inputs with the next run.
    const again = await client.check("MtlsCertificate", program, checked);
    assert.deepEqual(again.failures, []);
    assert.equal((await client.diff("MtlsCertificate", read.state, again, checked)).isChanged, false);
    // A refresh fills in what the program tells.
    const refreshed = await client.read("MtlsCertificate", uploaded.id, read.state, checked);
    assert.match(String(refreshed.state.values.fingerprint), /^[0-9a-f]{64}$/);
    assert.equal(refreshed.state.values.certificate, uploaded.certificate);
    assert.equal(
      (await client.diff("MtlsCertificate", refreshed.state, again, refreshed.inputs)).isChanged,
      false,
    );
    // Another leaf is a replacement, and it needs its key.
    const next = { ...program, certificate: pem(await emulator.authority.issue()).certificate };
    const other = await client.check("MtlsCertificate", next, checked);
    assert.match(String(other.failures[0]?.reason), /^privateKey is missing/);
    assert.deepEqual((await client.diff("MtlsCertificate", read.state, other, checked)).replaces, [
      "certificate",
      "name",
    ]);
    // What is deleted is disabled, as the program said, although no update has stored it.
    await client.delete("MtlsCertificate", uploaded.id, read.state, checked);
    assert.deepEqual(emulator.certificates()[0]?.environments, []);
  });

  it("is a difference where the program has another certificate", async () => {
    const uploaded = await uploadByHand(emulator, "by_hand");
    const { diff } = await adopt("MtlsCertificate", uploaded.id, {
      ...pem(await emulator.authority.issue()),
      environments,
    });
    assert.ok(diff.replaces.includes("certificate"));
  });

  it("fails under its fixed name where the program has another certificate; without the name, that replaces it", async () => {
    const uploaded = await uploadByHand(emulator, "by_hand");
    const renewed = { ...pem(await emulator.authority.issue()), environments };
    const { checked } = await adopt("MtlsCertificate", uploaded.id, { ...renewed, name: "by_hand" });
    const [{ reason } = assert.fail()] = checked.failures;
    assert.match(String(reason), /'by_hand' is the name of the certificate in use, .*ZUPLO1221/);
    assert.match(String(reason), /remove `name`/);
    // when
    const advised = await adopt("MtlsCertificate", uploaded.id, renewed);
    // then
    assert.deepEqual(advised.checked.failures, []);
    assert.deepEqual(advised.diff.replaces, ["certificate", "name"]);
  });

  it("finds variables by branch and name, whatever slashes the branch has", async () => {
    const program = { branch: "main", name: "BACKEND_URL", value: "https://backend", isSecret: true };
    const { branch, ...variable } = program;
    await inProject(emulator, "POST", `/branches/${branch}/variables`, variable);
    for (const id of ["main/BACKEND_URL", `${emulator.account}/${emulator.project}/main/BACKEND_URL`]) {
      const { read, checked, diff } = await adopt("EnvironmentVariable", id, program);
      assert.equal(read.id, "main/BACKEND_URL");
      assert.deepEqual(checked.failures, []);
      assert.deepEqual(diff.detailed, {});
      // A new value is written.
      const news = await client.check("EnvironmentVariable", { ...program, value: "https://other" }, checked);
      assert.deepEqual((await client.diff("EnvironmentVariable", read.state, news, checked)).detailed, {
        value: "UPDATE",
      });
    }
    assert.equal(
      (await client.read("EnvironmentVariable", "feature/login/BACKEND_URL")).inputs.values.branch,
      "feature/login",
    );
    const refusal = await refusalOf(client.read("EnvironmentVariable", "BACKEND_URL"));
    assert.match(refusal.details, /import EnvironmentVariable 'BACKEND_URL': .*\nGive branch\/NAME/);
  });

  it("finds redeployments by the deployment's name; the program may name the branch", async () => {
    const { name } = emulator.deployment("main");
    const rest = {
      certificates: ["a"],
      variables: [{ branch: "main", name: "B", value: "a" }],
      timeout: "5m",
    };
    for (const target of [{ branch: "main" }, { deployment: name }]) {
      const { read, checked, diff } = await adopt("Redeployment", name, { ...target, ...rest });
      assert.equal(read.id, name);
      assert.deepEqual(checked.failures, []);
      assert.deepEqual(diff.detailed, {});
      const news = await client.check("Redeployment", { ...target, ...rest, certificates: ["b"] }, checked);
      assert.deepEqual((await client.diff("Redeployment", read.state, news, checked)).detailed, {
        certificates: "UPDATE",
      });
    }
    const { diff } = await adopt("Redeployment", name, { branch: "staging", ...rest });
    assert.ok(diff.replaces.includes("branch"));
  });

  it("finds nothing where there is nothing, and says that the key may just not see it", async () => {
    for (const [type, right] of [
      ["MtlsCertificate", "read the mTLS certificates of the project"],
      ["Redeployment", "read the deployments of the project"],
    ] as const) {
      const { details } = await refusalOf(client.read(type, "cert_missing"));
      assert.match(
        details,
        new RegExp(`import ${type} 'cert_missing': .*\\n.*may ${right}\\. \\[ZUPLO1002\\]`),
      );
    }
    const refusal = await refusalOf(client.read("MtlsCertificate", "a/b/c/d"));
    assert.match(refusal.details, /import MtlsCertificate 'a\/b\/c\/d': .*\nGive ID or account\/project\/ID/);
  });
});

describe("an import by the engine", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  beforeEach(async () => {
    emulator = await startEmulator();
    yaml = await YamlProject.create(emulator);
  });

  afterEach(async () => {
    await yaml.project.remove();
    await emulator.stop();
  });

  const program = (name: string, options?: object) => ({
    resources: {
      [name]: {
        type: "zuplo:MtlsCertificate",
        properties: { certificate: { "fn::readFile": `./${name}.pem` }, environments },
        ...(options === undefined ? {} : { options }),
      },
    },
  });

  it("with the import option: nothing is written then, nor in the next run, nor without the option", async () => {
    const uploaded = await uploadByHand(emulator, "option");
    await yaml.file("option.pem", uploaded.certificate);
    emulator.clearTrace();
    for (const options of [{ import: uploaded.id }, { import: uploaded.id }, undefined]) {
      await yaml.write(program("option", options));
      const run = await yaml.project.up();
      assertSucceeded(run);
      assert.doesNotMatch(run.text, /replaced|updated|do not match/);
    }
    assertSucceeded(await yaml.project.refresh());
    const run = await yaml.project.preview();
    assertSucceeded(run);
    assert.match(run.text, /2 unchanged/);
    assert.deepEqual(emulator.writes(), []);
  });

  it("with `pulumi import`: no complaint, and the program's certificate is no difference", async () => {
    const uploaded = await uploadByHand(emulator, "command");
    await yaml.file("command.pem", uploaded.certificate);
    await yaml.write({ resources: {} });
    emulator.clearTrace();
    const run = await yaml.project.run(
      "import",
      "zuplo:index:MtlsCertificate",
      "command",
      uploaded.id,
      "--yes",
      "--protect=false",
    );
    assertSucceeded(run);
    assert.doesNotMatch(run.text, /almost certainly a bug|failed to validate/);
    await yaml.write(program("command"));
    const next = await yaml.project.up();
    assertSucceeded(next);
    assert.match(next.text, /2 unchanged/);
    assert.deepEqual(emulator.writes(), []);
    assert.deepEqual(names(emulator), ["command"]);
  });
});
