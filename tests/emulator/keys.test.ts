import assert from "node:assert/strict";
import type { KeyLimits } from "../../emulator";
import { type Setup, setUp } from "./support";

describe("API keys of the local Zuplo that may not do everything", () => {
  let own: Setup;
  before(async () => {
    own = await setUp({ projects: ["gateway", "other"], branches: [{ name: "main" }, { name: "staging" }] });
    const issued = await own.emulator.authority.issue();
    await own.upload("both", issued, ["preview", "production"]);
    await own.upload("preview", issued, ["preview"]);
    await own.upload("production", issued, ["production"]);
    await own.upload("disabled", issued, ["production"]);
    await own.inProject("PATCH", `/mtls-certificates/${idOf("disabled")}`, { environments: [] });
    await own.point("main", "both");
  });
  after(() => own.emulator.stop());

  const idOf = (name: string) => own.emulator.certificates().find(each => each.name === name)?.id;
  const { stringify } = JSON;
  const certificates = "/v1/accounts/acme/projects/gateway/mtls-certificates";
  const deployments = "/v1/accounts/acme/projects/gateway/deployments";
  const environments = "/v1/environments?accountName=acme&projectName=gateway";
  const calling = (limits: KeyLimits) => {
    const key = own.emulator.addKey(limits);
    return (method: string, path: string, body?: unknown) =>
      own.call(method, path, body, { authorization: `Bearer ${key}` });
  };
  const namesOf = (answer: { body: { data: { name: string }[] } }) =>
    answer.body.data.map(({ name }) => name).sort();

  for (const refusal of [401, 403, 404] as const) {
    it(`refuse what they lack a permission for (HTTP ${refusal}), and nothing else`, async () => {
      const call = calling({ permissions: ["certificates.read"], refusal });
      assert.equal((await call("GET", "/v1/who-am-i")).body.account, "acme");
      assert.equal((await call("GET", certificates)).status, 200);
      const patched = await call("PATCH", `${certificates}/${idOf("both")}`, { environments: [] });
      assert.equal(patched.status, refusal);
      assert.equal(patched.body.status, refusal);
      for (const path of [deployments, environments]) assert.equal((await call("GET", path)).status, refusal);
    });

    it(`refuse another project, and the account's own (HTTP ${refusal})`, async () => {
      const call = calling({ project: "other", refusal });
      assert.equal((await call("GET", certificates.replace("gateway", "other"))).status, 200);
      const { name } = own.emulator.deployment("main");
      const elsewhere = [certificates, deployments, environments, `/v1/deployments/${name}`];
      for (const path of [...elsewhere, "/v1/accounts/acme/client-mtls-ca-certificates"])
        assert.equal((await call("GET", path)).status, refusal, path);
    });
  }

  const seen: [KeyLimits["certificatesBy"], string[]][] = [
    ["project", ["both", "disabled", "preview", "production"]],
    ["one", ["both", "disabled", "preview"]],
    ["all", ["disabled", "preview"]],
  ];
  for (const [certificatesBy = "one", expected] of seen) {
    it(`list less where they are limited to a type (certificates by ${certificatesBy})`, async () => {
      const call = calling({ environmentTypes: ["preview"], certificatesBy });
      assert.deepEqual(namesOf(await call("GET", certificates)), expected);
      const staging = own.emulator.deployment("staging").name;
      for (const path of [deployments, environments])
        assert.deepEqual(namesOf(await call("GET", path)), [staging], path);
      // and a page is full all the same
      assert.equal(namesOf(await call("GET", `${deployments}?limit=1`)).length, 1);
    });
  }

  it("refuse what touches another type", async () => {
    const call = calling({ environmentTypes: ["preview"] });
    const main = own.emulator.deployment("main").name;
    const refused: [string, string, unknown?][] = [
      ["GET", `/v1/deployments/${main}`],
      ["POST", `/v1/deployments/${main}/deploy`],
      ["GET", `/v1/environments/${main}/local-configurations`],
      [
        "PATCH",
        "/v1/accounts/acme/projects/gateway/branches/main/variables/BACKEND_MTLS_CERT",
        { value: "" },
      ],
      ["PATCH", `${certificates}/${idOf("both")}`, { environments: [] }],
      ["DELETE", `${certificates}/${idOf("both")}`],
      ["GET", `${certificates}/${idOf("production")}`],
    ];
    for (const [method, path, body] of refused)
      assert.equal((await call(method, path, body)).status, 403, `${method} ${path} ${stringify(body)}`);
    const narrowed = await call("PATCH", `${certificates}/${idOf("both")}`, { environments: ["production"] });
    assert.equal(narrowed.status, 200);
  });

  it("lose their rights half way", async () => {
    const call = calling({ permissions: [], callsBefore: 2 });
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push((await call("GET", certificates)).status);
    assert.deepEqual(answers, [200, 200, 403, 403]);
  });
});
