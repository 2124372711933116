import assert from "node:assert/strict";
import { createAuthority } from "../../emulator/pki";
import { withEmulator } from "./support";

describe("emulator: mTLS certificates of the developer API", () => {
  const test = withEmulator();

  it("tells of a certificate what Zuplo tells, and nothing of its PEM or key", async () => {
    const { upload, inProject } = test.current;
    const created = await upload("backend_1", test.issued, ["production"]);
    assert.equal(created.status, 201);
    const { id, certificateInfo, createdOn, updatedOn } = created.body;
    assert.match(id, /^cert_/);
    assert.equal(certificateInfo.subject, "C=US\nO=Acme\nCN=first");
    assert.equal(certificateInfo.serialNumber.toLowerCase(), test.issued.serialNumber);
    assert.match(certificateInfo.validTo, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    assert.equal(createdOn, updatedOn);
    assert.deepEqual(created.body.environments, { development: false, preview: false, production: true });
    assert.deepEqual(Object.keys(created.body).sort(), [
      "certificateInfo",
      "createdOn",
      "environments",
      "id",
      "name",
      "updatedOn",
    ]);
    assert.deepEqual((await inProject("GET", `/mtls-certificates/${id}`)).body, created.body);
    assert.deepEqual((await inProject("GET", "/mtls-certificates")).body, {
      data: [created.body],
      offset: 0,
      limit: 1000,
    });
  });

  it("refuses what is not a certificate with its key under an identifier", async () => {
    const { inProject } = test.current;
    const other = await test.current.emulator.authority.issue();
    const valid = {
      name: "fine",
      certificate: test.issued.chain,
      key: test.issued.privateKey,
      environments: ["preview"],
    };
    const wrong: [string, object][] = [
      ["a name with a dash", { ...valid, name: "not-an-identifier" }],
      ["a reserved word", { ...valid, name: "delete" }],
      ["a name of 121 characters", { ...valid, name: "a".repeat(121) }],
      ["no PEM", { ...valid, certificate: "hello" }],
      [
        "a broken PEM",
        { ...valid, certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
      ],
      ["another certificate's key", { ...valid, key: other.privateKey }],
      ["a key that is none", { ...valid, key: "hello" }],
      ["no environment", { ...valid, environments: [] }],
      ["an unknown environment", { ...valid, environments: ["staging"] }],
      ["a missing key", { ...valid, key: undefined }],
      ["an unknown property", { ...valid, enabled: true }],
    ];
    for (const [what, body] of wrong) {
      const answer = await inProject("POST", "/mtls-certificates", body);
      assert.equal(answer.status, 400, what);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.equal(answer.body.status, 400);
      assert.equal(answer.body.title, "Bad Request");
      assert.ok(answer.body.detail.length > 0, what);
    }
    assert.deepEqual(test.current.emulator.certificates(), []);
  });

  it("refuses a name that is taken with 409", async () => {
    await test.current.upload("taken", test.issued);
    const again = await test.current.upload("taken", await test.current.emulator.authority.issue());
    assert.equal(again.status, 409);
    assert.match(again.body.detail, /'taken' already exists/);
  });

  it("changes environments only, also to none, and moves updatedOn", async () => {
    const { inProject, upload } = test.current;
    const { body: created } = await upload("c", test.issued);
    const path = `/mtls-certificates/${created.id}`;
    const updated = await inProject("PATCH", path, { environments: [] });
    assert.equal(updated.status, 200);
    assert.deepEqual(updated.body.environments, { development: false, preview: false, production: false });
    assert.ok(updated.body.updatedOn > created.updatedOn);
    assert.equal(updated.body.createdOn, created.createdOn);
    for (const body of [{ environments: ["nowhere"] }, { name: "d" }, {}, { environments: "production" }]) {
      assert.equal((await inProject("PATCH", path, body)).status, 400, JSON.stringify(body));
    }
  });

  it("pages by offset and limit", async () => {
    for (const name of ["a", "b", "c"])
      await test.current.upload(name, await test.current.emulator.authority.issue());
    const { body } = await test.current.inProject("GET", "/mtls-certificates?offset=1&limit=1");
    assert.equal(body.data.length, 1);
    assert.equal(body.data[0]?.name, "b");
    assert.deepEqual([body.offset, body.limit], [1, 1]);
    assert.equal((await test.current.inProject("GET", "/mtls-certificates?limit=none")).status, 400);
  });

  it("refuses to delete what a running deployment has bound, names it, and allows it once nothing has", async () => {
    const { inProject, upload, redeploy, emulator } = test.current;
    const { body } = await upload("c", test.issued, ["production"]);
    await redeploy("main");
    const path = `/mtls-certificates/${body.id}`;

    const refused = await inProject("DELETE", path);
    assert.equal(refused.status, 409);
    assert.ok(refused.body.detail.includes(emulator.deployment("main").name));

    await inProject("PATCH", path, { environments: [] });
    assert.equal((await inProject("DELETE", path)).status, 409, "a PATCH does not touch what runs");

    await redeploy("main");
    assert.equal((await inProject("DELETE", path)).status, 204);
    assert.equal((await inProject("DELETE", path)).status, 404);
  });

  it("counts a reference for a while after it is gone, if told to", async () => {
    const { inProject, upload, redeploy, emulator } = test.current;
    const { body } = await upload("c", test.issued, ["production"]);
    await redeploy("main");
    await inProject("PATCH", `/mtls-certificates/${body.id}`, { environments: [] });
    emulator.breakReferencesFor(60_000);
    await redeploy("main");
    assert.equal((await inProject("DELETE", `/mtls-certificates/${body.id}`)).status, 409);
    emulator.breakReferencesFor(0);
    assert.equal((await inProject("DELETE", `/mtls-certificates/${body.id}`)).status, 204);
  });

  it("keeps CA certificates of the account", async () => {
    const { call } = test.current;
    const path = "/v1/accounts/acme/client-mtls-ca-certificates";
    const { certificate } = await createAuthority({ commonName: "Callers" });
    const created = await call("POST", path, { name: "callers", certificate });
    assert.equal(created.status, 201);
    assert.match(created.body.id, /^mtlsca_/);
    assert.equal((await call("POST", path, { name: "callers", certificate })).status, 409);
    assert.equal((await call("POST", path, { name: "leaf", certificate: test.issued.chain })).status, 400);
    const renamed = await call("PATCH", `${path}/${created.body.id}`, { name: "partners" });
    assert.equal(renamed.body.name, "partners");
    assert.equal((await call("GET", path)).body.data.length, 1);
    assert.equal((await call("GET", `${path}/${created.body.id}`)).body.name, "partners");
    assert.equal((await call("DELETE", `${path}/${created.body.id}`)).status, 204);
    assert.equal((await call("GET", `${path}/${created.body.id}`)).status, 404);
  });
});
