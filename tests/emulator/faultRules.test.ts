import assert from "node:assert/strict";
import { parseFaultRules } from "../../emulator/faultRules";
import { withEmulator } from "./support";

describe("emulator: rules for faults", () => {
  const test = withEmulator();

  function add(...rules: unknown[]): void {
    for (const hook of parseFaultRules(rules)) test.current.emulator.onCall(hook);
  }

  it("hit the chosen occurrence of a method and path, or every one", async () => {
    const { call, inProject } = test.current;
    add(
      { method: "GET", path: "/who-am-i$", occurrence: 2, status: 429, headers: { "retry-after": "1" } },
      { path: "/mtls-certificates", occurrence: "every", status: 503 },
    );
    const statuses: number[] = [];
    for (const _ of [1, 2, 3]) statuses.push((await call("GET", "/v1/who-am-i")).status);
    assert.deepEqual(statuses, [200, 429, 200]);
    for (const _ of [1, 2]) assert.equal((await inProject("GET", "/mtls-certificates")).status, 503);
  });

  it("change the headers of a true answer", async () => {
    const { call } = test.current;
    add({ headers: { "content-type": "text/html" } });
    const answer = await call("GET", "/v1/who-am-i");
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/html"]);
  });

  it("are refused with a sentence when they make no sense", () => {
    assert.throws(() => parseFaultRules([{ path: "(" }]), /at \[0\.path\]: must be a regular expression/);
    assert.throws(() => parseFaultRules([{ method: "GET" }]), /must say what happens/);
    assert.throws(() => parseFaultRules([{ status: 500, often: true }]), /often/);
  });

  it("a list answers in pages, whatever was asked for", async () => {
    const { inProject, upload, emulator } = test.current;
    await upload("c", test.issued);
    await upload("d", await emulator.authority.issue());
    emulator.limitPagesTo(1);
    const namesOf = async (path: string) =>
      ((await inProject("GET", path)).body as { data: { name: string }[] }).data.map(({ name }) => name);
    assert.deepEqual(await namesOf("/mtls-certificates?limit=1000"), ["c"]);
    assert.deepEqual(await namesOf("/mtls-certificates?offset=1"), ["d"]);
  });

  it("a redeploy ends, and the old build stays in service", async () => {
    const { call, emulator } = test.current;
    const before = emulator.deployment("main");
    emulator.keepNextBuild("main");
    await call("POST", `/v1/deployments/${before.name}/deploy`);
    await new Promise(resolve => setTimeout(resolve, 400));
    const after = emulator.deployment("main");
    assert.deepEqual([after.buildId, after.state], [before.buildId, "STARTED"]);
  });
});
