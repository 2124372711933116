import assert from "node:assert/strict";
import { createAuthority } from "../../emulator/pki";
import { jsonOf, sleep, until, withEmulator } from "./support";

describe("emulator: gateway and backend", () => {
  const test = withEmulator();

  it("calls the backend with the certificate that the running build has bound", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    await upload("first", test.issued);
    await point("main", "first");
    await redeploy("main");
    const { url, buildId } = emulator.deployment("main");
    const response = await fetch(`${url}/orders?page=2`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-zuplo-certificate"), "first");
    assert.equal(response.headers.get("x-zuplo-build"), buildId);
    assert.deepEqual(await jsonOf(response), {
      fingerprint: test.issued.fingerprint,
      serialNumber: test.issued.serialNumber,
      commonName: "first",
      subject: "C=US, O=Acme, CN=first",
    });
    assert.equal(response.headers.get("x-client-serial"), test.issued.serialNumber.toUpperCase());
    assert.equal(emulator.backend.requests, 1);
  });

  it("sends a body on", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    await upload("first", test.issued);
    await point("main", "first");
    await redeploy("main");
    const response = await fetch(emulator.deployment("main").url, { method: "POST", body: "hello" });
    assert.equal(response.status, 200);
  });

  it("uses another variable's certificate below /via/", async () => {
    const { upload, point, redeploy, inProject, emulator } = test.current;
    const second = await emulator.authority.issue({ commonName: "second" });
    await upload("first", test.issued);
    await upload("second", second);
    await point("main", "first");
    await inProject("POST", "/branches/main/variables", { name: "OTHER", isSecret: false, value: "second" });
    await redeploy("main");
    const { url } = emulator.deployment("main");
    const [direct, via] = await Promise.all([fetch(`${url}/x`), fetch(`${url}/via/OTHER/x`)]);
    assert.equal((await jsonOf(direct)).fingerprint, test.issued.fingerprint);
    assert.equal((await jsonOf(via)).fingerprint, second.fingerprint);
    assert.deepEqual(emulator.served("main").at(-1)?.certificates, {
      BACKEND_MTLS_CERT: "first",
      OTHER: "second",
    });
  });

  it("binds only what is enabled for the deployment's environment type", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    await upload("first", test.issued, ["production"]);
    await point("staging", "first");
    await redeploy("staging");
    const response = await fetch(emulator.deployment("staging").url);
    assert.equal(response.status, 500);
    assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
    assert.match(
      (await jsonOf(response)).detail,
      /^mTLS certificate binding 'first' not found\. Ensure the certificate is uploaded/,
    );
  });

  it("calls the backend without a certificate where the variable is not set, or empty", async () => {
    const { point, redeploy, emulator } = test.current;
    const { url } = emulator.deployment("main");
    assert.equal((await fetch(url)).status, 502, "the backend insists on one");
    await point("main", "");
    await redeploy("main");
    assert.equal((await fetch(url)).status, 502);
  });

  it("uses the certificate that the code names, whatever the variable says, until other code is pushed", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    const { hands, project } = emulator;
    await upload("first", test.issued);
    await upload("second", await emulator.authority.issue());
    await point("main", "second");
    await hands.pushCode(project, "main", "first");
    const { url } = emulator.deployment("main");
    const shown = async () => (await fetch(url)).headers.get("x-zuplo-certificate");
    assert.equal(await shown(), "first");
    await redeploy("main");
    assert.equal(await shown(), "first", "a redeploy has the sources of before");
    await hands.pushCode(project, "main", "missing");
    const failed = await fetch(url);
    assert.equal(failed.status, 500);
    assert.match((await jsonOf(failed)).detail, /^mTLS certificate binding 'missing' not found\./);
    await hands.pushCode(project, "main", undefined);
    assert.equal(await shown(), "second");
  });

  it("finds no certificate under the name of a variable, since both are looked up in one place", async () => {
    const { upload, point, redeploy, inProject, emulator } = test.current;
    await upload("FIRST", test.issued);
    await point("main", "FIRST");
    await inProject("POST", "/branches/main/variables", { name: "FIRST", isSecret: false, value: "x" });
    await redeploy("main");
    const response = await fetch(emulator.deployment("main").url);
    assert.equal(response.status, 500);
    assert.match((await jsonOf(response)).detail, /^mTLS certificate binding 'FIRST' not found\./);
  });

  it("answers 502 where the backend refuses the certificate, and gets in again when it is trusted", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    const stranger = await createAuthority({ commonName: "Stranger" });
    await upload("foreign", await (await stranger.intermediate()).issue());
    await point("main", "foreign");
    await redeploy("main");
    const { url } = emulator.deployment("main");
    assert.equal((await fetch(url)).status, 502);
    emulator.backend.setClientAuthorities([emulator.authority.certificate, stranger.certificate]);
    assert.equal((await fetch(url)).status, 200, "with its intermediate in the chain");
    emulator.backend.setClientAuthorities([emulator.authority.certificate]);
    assert.equal((await fetch(url)).status, 502);
  });

  it("serves the old build after a failed redeploy, and says so", async () => {
    const { redeploy, call, emulator } = test.current;
    await redeploy("main");
    const { name, buildId } = emulator.deployment("main");
    emulator.failNextBuild("main", "Out of memory");
    await assert.rejects(emulator.push("main"), /Out of memory/);
    const { body } = await call("GET", `/v1/deployments/${name}`);
    assert.deepEqual([body.state, body.message], ["ERROR", "Out of memory"]);
    assert.equal(emulator.deployment("main").buildId, buildId);
    assert.equal(emulator.trace.at(-2)?.kind, "build.failed");
    await emulator.push("main");
    assert.notEqual(emulator.deployment("main").buildId, buildId);
  });

  it("never ends a redeploy that hangs, and does the next one", async () => {
    const { call, redeploy, emulator } = test.current;
    const { name, buildId } = emulator.deployment("main");
    emulator.hangNextBuild("main");
    await call("POST", `/v1/deployments/${name}/deploy`);
    await sleep(100);
    assert.equal(emulator.deployment("main").buildId, buildId);
    assert.equal(emulator.deployment("main").state, "DEPLOYING");
    await redeploy("main");
    assert.equal(emulator.deployment("main").state, "STARTED");
  });

  it("queues redeploys of one deployment, and runs those of others beside them", async () => {
    const { emulator } = test.current;
    const start = Date.now();
    await Promise.all([emulator.push("main"), emulator.push("main"), emulator.push("staging")]);
    assert.equal(emulator.served("main").length, 3);
    assert.ok(Date.now() - start >= 39, "two after one another");
    assert.equal(new Set(emulator.served("main").map(build => build.buildId)).size, 3);
  });

  it("deploys a branch that is new when it is pushed", async () => {
    const { emulator } = test.current;
    await emulator.push("feature/login");
    const { name, environmentType } = emulator.deployment("feature/login");
    assert.match(name, /^gateway-feature-login-[0-9a-f]{7}$/);
    assert.equal(environmentType, "preview");
  });
});

describe("emulator: when a redeploy takes effect", () => {
  const test = withEmulator({ deployMs: 300 });

  it("takes the snapshot when it completes, and nothing changes what runs before", async () => {
    const { upload, point, call, emulator } = test.current;
    const { name, url, buildId } = emulator.deployment("main");
    const second = await emulator.authority.issue();
    await upload("first", test.issued);
    await point("main", "first");
    assert.equal((await fetch(url)).status, 502, "neither is deployed yet");

    await call("POST", `/v1/deployments/${name}/deploy`);
    assert.equal((await call("GET", `/v1/deployments/${name}`)).body.state, "DEPLOYING");
    await upload("second", second);
    await point("main", "second");
    await until(() => emulator.deployment("main").buildId !== buildId);

    assert.equal((await jsonOf(fetch(url))).fingerprint, second.fingerprint);
    const build = await jsonOf(fetch(`${url}/__zuplo/build`));
    assert.equal(build.buildId, emulator.deployment("main").buildId);
    assert.equal(build.isProduction, true);
    assert.equal((await call("GET", `/v1/deployments/${name}`)).body.state, "STARTED");
  });

  const told = async () => {
    const { buildId, timestamp, gitSha } = (await (
      await fetch(`${test.current.emulator.deployment("main").url}/__zuplo/build`)
    ).json()) as Record<string, string>;
    return { buildId, timestamp, gitSha };
  };

  it("tells builds apart by id and time, by the time alone, by the commit alone, or not at all", async () => {
    const { redeploy, emulator } = test.current;
    const first = await told();
    await redeploy("main");
    const second = await told();
    assert.notEqual(second.buildId, first.buildId);
    assert.notEqual(second.timestamp, first.timestamp);

    emulator.identifyBuildsBy("timestamp");
    const third = await told();
    await redeploy("main");
    const fourth = await told();
    assert.equal(fourth.buildId, third.buildId);
    assert.ok(Date.parse(fourth.timestamp ?? "") > Date.parse(third.timestamp ?? ""));

    emulator.identifyBuildsBy("commit");
    const fifth = await told();
    await redeploy("main");
    assert.deepEqual(await told(), fifth);
    await emulator.push("main");
    assert.notEqual((await told()).buildId, fifth.buildId);

    emulator.identifyBuildsBy("none");
    const url = emulator.deployment("main").url;
    assert.equal((await fetch(`${url}/__zuplo/build`)).status, 404);
  });

  it("keeps the commit in a redeploy, and has another one after a push", async () => {
    const { redeploy, emulator } = test.current;
    const first = await told();
    await redeploy("main");
    assert.equal((await told()).gitSha, first.gitSha);
    await emulator.push("main");
    assert.notEqual((await told()).gitSha, first.gitSha);
  });

  it("takes on a build at one location of its edge after the other", async () => {
    // given: three locations, and connections that are not kept
    const { redeploy, emulator } = test.current;
    const { url, buildId: old } = emulator.deployment("main");
    emulator.spreadOver(3, 400);
    const look = async () => {
      const answer = await fetch(`${url}/__zuplo/build`, { headers: { connection: "close" } });
      return (await jsonOf(answer)).buildId;
    };
    const lookThreeTimes = async () => new Set([await look(), await look(), await look()]);
    // when
    await redeploy("main");
    // then: first some of them, then all
    const { buildId } = emulator.deployment("main");
    assert.deepEqual(await lookThreeTimes(), new Set([old, buildId]));
    await sleep(450);
    assert.deepEqual(await lookThreeTimes(), new Set([buildId]));
  });

  it("takes a deleted certificate from a location that still serves a build with it", async () => {
    // given
    const { upload, point, redeploy, inProject, call, emulator } = test.current;
    const { body: first } = await upload("first", test.issued);
    await point("main", "first");
    await redeploy("main");
    const second = await emulator.authority.issue({ commonName: "second" });
    await upload("second", second);
    await point("main", "second");
    await inProject("PATCH", `/mtls-certificates/${first.id}`, { environments: ["development"] });
    emulator.spreadOver(2, 300);
    await redeploy("main");
    const { url } = emulator.deployment("main");
    const statuses = async () => {
      const ask = async () => (await fetch(`${url}/x`, { headers: { connection: "close" } })).status;
      return [await ask(), await ask()].sort();
    };
    assert.deepEqual(await statuses(), [200, 200]);
    // when
    const path = `/v1/accounts/${emulator.account}/projects/${emulator.project}/mtls-certificates/${first.id}`;
    assert.ok((await call("DELETE", path)).status < 300);
    // then
    assert.deepEqual(await statuses(), [200, 500]);
    assert.match(emulator.violations[0]?.reason ?? "", /'first' is deleted, and a location of the edge/);
    await sleep(350);
    assert.deepEqual(await statuses(), [200, 200]);
  });
});

describe("emulator: a backend that does not insist on a certificate", () => {
  const test = withEmulator({ clientCertificate: "optional" });

  it("answers callers without one, says so, and refuses one that it does not trust", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    const { url } = emulator.deployment("main");
    const without = await fetch(url);
    assert.equal(without.status, 200);
    assert.equal(without.headers.get("x-client-serial"), null);
    assert.deepEqual(await jsonOf(without), {});
    await upload("foreign", await (await createAuthority({ commonName: "Stranger" })).issue());
    await point("main", "foreign");
    await redeploy("main");
    assert.equal((await fetch(url)).status, 400);
  });
});
