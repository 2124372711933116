import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { contextOf, uploadCertificate } from "../support/core";
import { calls } from "../support/rotation";
import { PluginClient } from "./client";

const root = resolve(__dirname, "../..");
const day = 24 * 60 * 60 * 1000;

describe("the data sources", () => {
  let emulator: Emulator;
  let client: PluginClient;

  before(async () => {
    emulator = await startEmulator();
    const { authority } = emulator;
    const soon = { notAfter: new Date(Date.now() + 20 * day) };
    await uploadCertificate(contextOf(emulator), await authority.issue(soon), { name: "soon" });
    await uploadCertificate(contextOf(emulator), await authority.issue(), {
      name: "later",
      environments: ["preview"],
    });
    client = await PluginClient.start();
    await client.configureFor(emulator);
  });

  after(async () => {
    client?.stop();
    await emulator?.stop();
  });

  const ask = async (name: string, args: Record<string, unknown>) =>
    (await client.invoke(`zuplo:index:${name}`, args)).values as Record<string, unknown>;

  it("find a certificate by its name or id", async () => {
    const [soon] = emulator.certificates();
    const byName = await ask("getMtlsCertificate", { name: "soon" });
    assert.equal(byName.id, soon?.id);
    assert.deepEqual(byName.environments, ["preview", "production"]);
    assert.match(String(byName.validTo), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(await ask("getMtlsCertificate", { id: soon?.id }), byName);
    await assert.rejects(ask("getMtlsCertificate", { name: "nobody" }), /has no certificate of this name/);
  });

  it("list the certificates, and those that expire soon, with one list for all", async () => {
    const of = async (args: Record<string, unknown>) =>
      ((await ask("getMtlsCertificates", args)).certificates as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(await of({}), ["soon", "later"]);
    assert.deepEqual(await of({ expiresWithin: "30d" }), ["soon"]);
    assert.deepEqual(await of({ expiresWithin: 60 }), []);
    assert.equal(calls(emulator.trace, "certificate.list").length, 1);
  });

  it("find a CA certificate of the account by its name or id, and list all", async () => {
    const context = contextOf(emulator);
    const { caCertificates, client: api, account } = await context.session.accountOf({});
    const pem = (await createAuthority()).certificate;
    const { id } = await api.createCaCertificate(account, { name: "partners", certificate: pem });
    const byName = await ask("getClientMtlsCaCertificate", { name: "partners" });
    assert.equal(byName.id, id);
    assert.match(String(byName.createdOn), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(await ask("getClientMtlsCaCertificate", { id }), byName);
    assert.deepEqual(await ask("getClientMtlsCaCertificates", {}), { certificates: [byName] });
    await assert.rejects(
      ask("getClientMtlsCaCertificate", { name: "nobody" }),
      /has no CA certificate of this name/,
    );
    const { failures } = await client.invoke("zuplo:index:getClientMtlsCaCertificate", {});
    assert.match(failures.join(), /or `id`: give exactly one of them/);
    assert.deepEqual(await caCertificates.list().then(list => list.length), 1);
  });

  it("list deployments and environments, and say which is a working copy", async () => {
    emulator.hands.openWorkingCopy(emulator.project, "main");
    const { deployments } = await ask("getDeployments", {});
    assert.deepEqual(
      (deployments as { branch: string; environmentType: string; isWorkingCopy: boolean }[])
        .map(each => `${each.branch} ${each.environmentType} ${each.isWorkingCopy}`)
        .sort(),
      ["main development true", "main production false", "staging preview false"],
    );
    const { environments } = await ask("getEnvironments", {});
    assert.equal((environments as unknown[]).length, 2);
  });
});

describe("pulumi package get-schema", () => {
  it("prints what schema.json says", async () => {
    const home = await mkdtemp(join(tmpdir(), "pulumi-zuplo-schema-"));
    try {
      const { stdout } = await promisify(execFile)(
        "pulumi",
        ["package", "get-schema", join(root, "bin", "pulumi-resource-zuplo")],
        { env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" }, maxBuffer: 1e8 },
      );
      const written = JSON.parse(await readFile(join(root, "schema.json"), "utf8")) as Record<
        string,
        unknown
      >;
      const printed = JSON.parse(stdout) as Record<string, unknown>;
      for (const part of ["name", "resources", "functions", "types"])
        assert.deepEqual(printed[part], written[part], part);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});
