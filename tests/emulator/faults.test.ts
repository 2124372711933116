import assert from "node:assert/strict";
import { spoil } from "../../emulator";
import { withEmulator } from "./support";

describe("emulator: faults", () => {
  const test = withEmulator();
  const isCreate = (call: { kind: string }) => call.kind === "certificate.create";
  const names = () => test.current.emulator.certificates().map(({ name }) => name);

  it("answers in place of the handling, with headers and body", async () => {
    const { upload, emulator } = test.current;
    emulator.onCall(
      spoil(isCreate, { status: 429, headers: { "retry-after": "1" }, body: { title: "Slow" } }),
    );
    const answer = await upload("c", test.issued);
    assert.deepEqual(
      [answer.status, answer.headers.get("retry-after"), answer.body],
      [429, "1", { title: "Slow" }],
    );
    assert.deepEqual(names(), []);
    assert.equal(emulator.writes()[0]?.applied, false);
    assert.equal((await upload("c", test.issued)).status, 201, "spoils once");
  });

  it("applies the write and tells the caller something else", async () => {
    const { upload, emulator } = test.current;
    emulator.onCall(spoil(isCreate, { when: "after", status: 502, body: {} }));
    assert.equal((await upload("c", test.issued)).status, 502);
    assert.deepEqual(names(), ["c"]);
    assert.deepEqual([emulator.writes()[0]?.status, emulator.writes()[0]?.applied], [502, true]);
  });

  it("answers with any code in place of one that has no body", async () => {
    const { upload, inProject, emulator } = test.current;
    const { body } = await upload("c", test.issued);
    const isDelete = (call: { kind: string }) => call.kind === "certificate.delete";
    emulator.onCall(spoil(isDelete, { when: "after", status: 500, body: { title: "Oops" } }));
    const answer = await inProject("DELETE", `/mtls-certificates/${body.id}`);
    assert.deepEqual([answer.status, answer.body], [500, { title: "Oops" }]);
    assert.deepEqual(names(), []);
  });

  it("cuts the connection before the write is applied, or after", async () => {
    const { upload, emulator } = test.current;
    emulator.onCall(spoil(isCreate, { destroy: "before" }));
    await assert.rejects(upload("c", test.issued));
    assert.deepEqual(names(), []);
    emulator.onCall(spoil(isCreate, { destroy: "after" }));
    await assert.rejects(upload("c", test.issued));
    assert.deepEqual(names(), ["c"]);
    assert.deepEqual(
      emulator.writes().map(({ status, applied }) => [status, applied]),
      [
        [0, false],
        [0, true],
      ],
    );
  });

  it("delays, and never answers if told so", async () => {
    const { call, emulator } = test.current;
    const remove = emulator.onCall(spoil(() => true, { delayMs: 60 }));
    const start = Date.now();
    assert.equal((await call("GET", "/v1/who-am-i")).status, 200);
    assert.ok(Date.now() - start >= 59);
    remove();
    emulator.onCall(spoil(() => true, { delayMs: Number.POSITIVE_INFINITY }));
    const signal = AbortSignal.timeout(100);
    await assert.rejects(
      fetch(`${emulator.apiUrl}/v1/who-am-i`, {
        signal,
        headers: { authorization: `Bearer ${emulator.apiKey}` },
      }),
    );
  });

  it("shows a hook what is called, and forgets a hook that is removed", async () => {
    const { upload, emulator } = test.current;
    const seen: string[] = [];
    const remove = emulator.onCall(call => {
      seen.push(`${call.kind} ${call.subject}`);
      return undefined;
    });
    await upload("c", test.issued);
    remove();
    await upload("d", await emulator.authority.issue());
    assert.deepEqual(seen, ["certificate.create c"]);
  });
});
