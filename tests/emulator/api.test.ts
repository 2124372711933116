import assert from "node:assert/strict";
import { type ApiCall, startEmulator } from "../../emulator";
import { withEmulator } from "./support";

describe("emulator: variables, deployments and strictness of the developer API", () => {
  const test = withEmulator();

  it("answers who-am-i with the account", async () => {
    const { body } = await test.current.call("GET", "/v1/who-am-i");
    assert.equal(body.account, "acme");
  });

  it("refuses a wrong key with 401, whatever is asked", async () => {
    const { call } = test.current;
    for (const path of ["/v1/who-am-i", "/v1/accounts/acme/projects/gateway/deployments", "/nowhere"]) {
      const answer = await call("GET", path, undefined, { authorization: "Bearer other" });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.body.type, "https://httpproblems.com/http-status/401");
    }
  });

  it("answers 404 for an unknown account, project, branch, deployment, environment and path", async () => {
    const { call } = test.current;
    const variable = { name: "A", isSecret: false, value: "" };
    const unknown: [string, string, unknown?][] = [
      ["GET", "/v1/accounts/other/projects/gateway/mtls-certificates"],
      ["GET", "/v1/accounts/acme/projects/other/mtls-certificates"],
      ["GET", "/v1/accounts/acme/projects/other/deployments"],
      ["GET", "/v1/accounts/acme/projects/gateway/mtls-certificates/cert_none"],
      ["POST", "/v1/accounts/acme/projects/gateway/branches/other/variables", variable],
      ["PATCH", "/v1/accounts/acme/projects/gateway/branches/main/variables/NONE", { value: "" }],
      ["GET", "/v1/deployments/other"],
      ["DELETE", "/v1/deployments/other"],
      ["POST", "/v1/deployments/other/deploy"],
      ["GET", "/v1/environments?accountName=acme&projectName=other"],
      ["GET", "/v1/environments/other/local-configurations"],
      ["GET", "/v1/accounts/acme/projects/gateway/deployment-status/6f6f7a52-8d0a-4c57-9d37-2a8ab4c1a4a1"],
      ["GET", "/v1/accounts/acme/projects/gateway/branches/main/variables"],
      ["GET", "/v1/nothing"],
    ];
    for (const [method, path, body] of unknown) {
      const answer = await call(method, path, body);
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.equal(answer.body.title, "Not Found");
    }
  });

  it("answers 400 for a body that is not JSON", async () => {
    const answer = await test.current.inProject("POST", "/mtls-certificates", "{not json");
    assert.equal(answer.status, 400);
  });

  it("creates a variable once, and changes its value", async () => {
    const { inProject } = test.current;
    const created = await inProject("POST", "/branches/main/variables", {
      name: "COLOUR",
      isSecret: false,
      value: "red",
    });
    assert.equal(created.status, 201);
    assert.deepEqual([created.body.branch, created.body.value], ["main", "red"]);
    const again = await inProject("POST", "/branches/main/variables", {
      name: "COLOUR",
      isSecret: false,
      value: "blue",
    });
    assert.equal(again.status, 400);
    assert.equal(again.body.detail, "Variable name already exists");
    const updated = await inProject("PATCH", "/branches/main/variables/COLOUR", { value: "green" });
    assert.equal(updated.body.value, "green");
    assert.ok(updated.body.updatedOn > created.body.updatedOn);
  });

  it("refuses variable names that Zuplo reserves, and bodies that are none", async () => {
    const { inProject } = test.current;
    for (const name of ["ZUPLO_X", "__ZUPLO_X", "lower", "WITH-DASH", ""]) {
      const answer = await inProject("POST", "/branches/main/variables", {
        name,
        isSecret: false,
        value: "",
      });
      assert.equal(answer.status, 400, name);
    }
    assert.equal((await inProject("POST", "/branches/main/variables", { name: "A", value: "" })).status, 400);
  });

  it("never gives a secret's value back, neither in an answer nor in the trace", async () => {
    const { inProject, call, emulator } = test.current;
    const secret = "a value that is secret";
    const name = emulator.deployment("main").name;
    const answers = [
      await inProject("POST", "/branches/main/variables", { name: "TOKEN", isSecret: true, value: secret }),
      await inProject("PATCH", "/branches/main/variables/TOKEN", { value: secret }),
      await call("GET", `/v1/environments/${name}/local-configurations`),
    ];
    await test.current.upload("c", test.issued);
    for (const answer of answers) assert.ok(!JSON.stringify(answer.body).includes(secret));
    assert.equal(typeof answers[0]?.body.value, "string");
    const trace = JSON.stringify(emulator.trace);
    assert.ok(!trace.includes(secret));
    assert.ok(!trace.includes("PRIVATE KEY"));
    assert.equal(emulator.variables("main").TOKEN, secret);
  });

  it("lists deployments in upper case and environments in lower case", async () => {
    const { inProject, call } = test.current;
    const { body: deployments } = await inProject("GET", "/deployments");
    const [main, staging] = deployments.data;
    assert.ok(main && staging);
    assert.deepEqual(
      [main.branchName, main.environmentType, main.state, main.message],
      ["main", "PRODUCTION", "STARTED", ""],
    );
    assert.match(main.name, /^gateway-main-[0-9a-f]{7}$/);
    assert.equal(main.url, `${test.current.emulator.gatewayUrl}/${main.name}`);
    assert.equal(staging.environmentType, "PREVIEW");
    assert.deepEqual((await call("GET", `/v1/deployments/${main.name}`)).body, main);
    const { body } = await call("GET", "/v1/environments?accountName=acme&projectName=gateway");
    assert.deepEqual([body.data[0]?.name, body.data[0]?.environmentType], [main.name, "production"]);
    assert.equal((await call("GET", "/v1/environments?accountName=acme")).status, 400);
  });

  it("deletes a deployment, which frees its certificates", async () => {
    const { inProject, call, upload, redeploy, emulator } = test.current;
    const { body } = await upload("c", test.issued, ["preview"]);
    await redeploy("staging");
    const { name, url } = emulator.deployment("staging");
    assert.equal((await call("DELETE", `/v1/deployments/${name}`)).status, 200);
    assert.equal((await call("GET", `/v1/deployments/${name}`)).status, 404);
    assert.equal((await fetch(`${url}/__zuplo/build`)).status, 404);
    assert.equal((await inProject("DELETE", `/mtls-certificates/${body.id}`)).status, 204);
  });

  it("traces every call in order, with what it was about", async () => {
    const { inProject, upload, point, redeploy, emulator } = test.current;
    const { body } = await upload("c", test.issued);
    await point("main", "c");
    await redeploy("main");
    await inProject("DELETE", `/mtls-certificates/${body.id}`);
    const seen = emulator.trace.map(entry => [
      entry.kind,
      entry.subject,
      entry.type === "call" ? entry.status : "",
    ]);
    const main = emulator.deployment("main").name;
    assert.deepEqual(seen, [
      ["certificate.create", "c", 201],
      ["variable.update", "main/BACKEND_MTLS_CERT", 404],
      ["variable.create", "main/BACKEND_MTLS_CERT", 201],
      ["deployment.deploy", main, 200],
      ["build.served", main, ""],
      ["certificate.delete", "c", 409],
    ]);
    assert.deepEqual(
      emulator.writes().map((call: ApiCall) => call.applied),
      [true, false, true, true, false],
    );
    assert.ok(
      emulator.trace.every(
        (entry, index) => index === 0 || entry.seq > (emulator.trace[index - 1]?.seq ?? 0),
      ),
    );
    emulator.clearTrace();
    assert.deepEqual(emulator.trace, []);
  });

  it("keeps projects apart", async () => {
    const emulator = await startEmulator({
      projects: ["one", "two"],
      branches: [{ name: "trunk", environmentType: "production" }],
    });
    try {
      assert.equal(emulator.deployment("trunk").environmentType, "production");
      assert.notEqual(emulator.deployment("trunk", "one").name, emulator.deployment("trunk", "two").name);
    } finally {
      await emulator.stop();
    }
  });
});
