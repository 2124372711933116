import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { generatedName } from "../../provider/certificates/name";
import { fingerprintOf } from "../../provider/certificates/parse";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { identity } from "../support/core";
import { names, pem } from "../support/rotation";
import { PluginClient, refusalOf, secretKeys, withSecrets } from "./client";

const environments = ["preview", "production"];

describe("the plugin's MtlsCertificate", () => {
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

  const issue = async () => ({ ...pem(await emulator.authority.issue()), environments });

  async function created() {
    const { values, failures, ...checked } = await client.check(
      "MtlsCertificate",
      withSecrets(await issue(), ["privateKey"]),
    );
    assert.deepEqual(failures, []);
    const inputs = { ...checked, values };
    return { inputs, ...(await client.create("MtlsCertificate", inputs)) };
  }

  it("has the same name as from the dynamic adapter, and keeps the key secret and out of the state", async () => {
    const { inputs, id, values } = await created();
    const leaf = new X509Certificate(String(values.certificate));
    assert.equal(values.name, generatedName(identity, undefined, fingerprintOf(leaf)));
    assert.match(id, /^cert_/);
    assert.deepEqual(secretKeys(inputs), ["privateKey"]);
    assert.equal(values.privateKey, undefined);
    assert.deepEqual(names(emulator), [values.name]);
  });

  it("marks the key as secret where the program does not", async () => {
    const checked = await client.check("MtlsCertificate", await issue());
    assert.deepEqual(secretKeys(checked), ["privateKey"]);
  });

  it("keeps an output secret whose input was", async () => {
    const args = await issue();
    const checked = await client.check("MtlsCertificate", withSecrets(args, ["certificate"], ["privateKey"]));
    const { secrets } = await client.create("MtlsCertificate", checked);
    assert.deepEqual(secretKeys({ values: {}, secrets }), ["certificate"]);
  });

  it("shows in a preview of its creation what is known, and calls nothing", async () => {
    const checked = await client.check("MtlsCertificate", await issue());
    emulator.clearTrace();
    const { id, values } = await client.create("MtlsCertificate", checked, true);
    assert.equal(id, "");
    assert.equal(values.name, checked.values.name);
    assert.equal(values.fingerprint, fingerprintOf(new X509Certificate(String(checked.values.certificate))));
    assert.equal(values.createdOn, unknown);
    assert.equal(values.privateKey, undefined);
    assert.deepEqual(emulator.trace, []);
  });

  it("is checked and previewed while its certificate is not known", async () => {
    const checked = await client.check("MtlsCertificate", {
      certificate: unknown,
      privateKey: unknown,
      environments,
    });
    assert.deepEqual(checked.failures, []);
    const { values } = await client.create("MtlsCertificate", checked, true);
    for (const key of ["name", "fingerprint", "validTo", "createdOn"])
      assert.equal(values[key], unknown, key);
    assert.deepEqual(values.environments, environments);
  });

  it("has a detailed diff: another leaf replaces, other environments update, a re-wrapped text is nothing", async () => {
    const { inputs, values } = await created();
    const crlf = { ...inputs.values, certificate: String(values.certificate).replaceAll("\n", "\r\n") };
    const same = await client.check("MtlsCertificate", crlf, inputs);
    assert.deepEqual(await client.diff("MtlsCertificate", values, same, inputs), {
      isChanged: false,
      replaces: [],
      isDeletedFirst: false,
      detailed: {},
    });
    const fewer = await client.check(
      "MtlsCertificate",
      { ...inputs.values, environments: ["preview"], warnBefore: "9d" },
      inputs,
    );
    assert.deepEqual((await client.diff("MtlsCertificate", values, fewer, inputs)).detailed, {
      environments: "UPDATE",
      warnBefore: "ADD",
    });
    const { name: _, ...rest } = inputs.values;
    const other = await client.check("MtlsCertificate", { ...rest, ...(await issue()) }, inputs);
    const diff = await client.diff("MtlsCertificate", values, other, inputs);
    assert.deepEqual(diff.detailed, { certificate: "UPDATE_REPLACE", name: "UPDATE_REPLACE" });
    assert.deepEqual(diff.replaces.sort(), ["certificate", "name"]);
    assert.equal(diff.isDeletedFirst, false);
  });

  it("tells the engine to delete first where two CA certificates would have one name", async () => {
    const type = "ClientMtlsCaCertificate";
    const args = async (more: RawInputs = {}) => {
      const { certificate } = await createAuthority();
      return { certificate, name: "partners", onReplace: "delete", ...more };
    };
    const inputs = await client.check(type, await args());
    const { values } = await client.create(type, inputs);
    const diffTo = async (more: RawInputs = {}) =>
      client.diff(type, values, await client.check(type, await args(more), inputs), inputs);
    assert.equal((await diffTo()).isDeletedFirst, true);
    assert.equal((await diffTo({ name: "partners_2027" })).isDeletedFirst, false);
    assert.equal((await diffTo({ certificate: values.certificate })).isDeletedFirst, false);
  });

  it("says nothing of a key that changed from secret to clear, or back", async () => {
    const { inputs, values } = await created();
    const diff = await client.diff("MtlsCertificate", values, inputs.values, inputs);
    assert.equal(diff.isChanged, false);
  });

  it("ignores and carries what the dynamic classes left", async () => {
    const { inputs, values } = await created();
    const left = { __provider: "exports.handler = …", __resource: "shop/prod/backend" };
    const olds = { ...inputs.values, ...left, fingerprint: values.fingerprint };
    const checked = await client.check("MtlsCertificate", inputs, olds);
    assert.deepEqual(checked.failures, []);
    assert.equal(checked.values.__provider, left.__provider);
    assert.equal(checked.values.__resource, left.__resource);
    const diff = await client.diff("MtlsCertificate", { ...values, ...left }, checked, olds);
    assert.equal(diff.isChanged, false);
  });

  it("is updated in place, and the preview tells what changes with it", async () => {
    const { inputs, id, values } = await created();
    const news = await client.check(
      "MtlsCertificate",
      { ...inputs.values, environments: ["production"] },
      inputs,
    );
    emulator.clearTrace();
    const preview = await client.update("MtlsCertificate", id, values, news, {
      preview: true,
      oldInputs: inputs,
    });
    assert.deepEqual(emulator.trace, []);
    assert.equal(preview.values.updatedOn, unknown);
    assert.equal(preview.values.createdOn, values.createdOn);
    assert.deepEqual(preview.values.environments, ["production"]);
    const updated = await client.update("MtlsCertificate", id, values, news, { oldInputs: inputs });
    assert.deepEqual(updated.values.environments, ["production"]);
    assert.equal(emulator.writes().length, 1);
  });

  it("is read with its inputs: gone, changed, swapped", async () => {
    const { inputs, id, values } = await created();
    const same = await client.read("MtlsCertificate", id, values, inputs);
    assert.deepEqual(same.state.values, values);
    assert.deepEqual(same.inputs.values, inputs.values);
    assert.deepEqual(secretKeys(same.inputs), ["privateKey"]);
    await client.update(
      "MtlsCertificate",
      id,
      values,
      { ...inputs.values, environments: ["preview"] },
      { oldInputs: inputs },
    );
    const other = await PluginClient.start();
    await other.configureFor(emulator);
    const changed = await other.read("MtlsCertificate", id, values, inputs);
    assert.deepEqual(changed.state.values.environments, ["preview"]);
    assert.deepEqual(changed.inputs.values.environments, ["preview"]);
    await other.delete("MtlsCertificate", id, values, inputs);
    const gone = await other.read("MtlsCertificate", id, values, inputs);
    assert.equal(gone.id, "");
    other.stop();
  });

  it("refuses bad inputs with sentences, and shows no value that may be a secret", async () => {
    const { privateKey } = await issue();
    const checked = await client.check(
      "MtlsCertificate",
      withSecrets({ certificate: privateKey, privateKey, name: "my-cert", environments: [] }, ["privateKey"]),
    );
    const properties = Object.fromEntries(
      checked.failures.map(failure => [failure.reason.split(" ")[0], failure.property]),
    );
    assert.deepEqual(properties, { certificate: "", name: "name", environments: "" });
    assert.match(
      checked.failures.map(({ reason }) => reason).join("\n"),
      /name 'my-cert' must be a JavaScript identifier/,
    );
    assert.doesNotMatch(JSON.stringify(checked.failures), /BEGIN/);
  });

  it("is not created from inputs that nobody checked", async () => {
    const refusal = await refusalOf(
      client.create("MtlsCertificate", { certificate: 5, environments: "all" }),
    );
    assert.equal(refusal.code, 3);
    assert.match(refusal.details, /certificate is missing.*\n?.*environments/s);
  });

  it("fails with the sentence of the error, its advice, and no secret", async () => {
    const checked = await client.check("MtlsCertificate", await issue());
    const other = await PluginClient.start();
    await other.configureFor(emulator, { apiKey: "zpka_wrong" });
    const refusal = await refusalOf(other.create("MtlsCertificate", checked));
    other.stop();
    assert.equal(refusal.code, 2);
    assert.match(refusal.details, /MtlsCertificate.*\(HTTP 401\)\nCheck zuplo:apiKey/);
    assert.doesNotMatch(refusal.details, /zpka_wrong|PRIVATE KEY/);
  });
});
