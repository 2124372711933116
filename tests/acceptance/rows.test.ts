import assert from "node:assert/strict";
import { isOurs, nameOf } from "../../scripts/acceptance/names";
import { type Report, withoutNames } from "../../scripts/acceptance/report";
import { assume, assumeAtMost, isDifferent, rowOf } from "../../scripts/acceptance/rows";
import { shapeOf } from "../../scripts/acceptance/shape";
import { describeSight, isSameSight, sightOf } from "../../scripts/acceptance/sight";

describe("what was assumed, beside what was seen", () => {
  const question = assume("status of a name that is taken", "409", ["400"]);

  it("is the same, or another that the provider takes, or one that it does not expect, or was not seen", () => {
    const verdictOf = (value: string) => rowOf(question, { value }).verdict;
    assert.deepEqual(["409", "400", "201"].map(verdictOf), ["same", "handled", "unexpected"]);
    const unseen = rowOf(question, { notSeen: "give --path" });
    assert.deepEqual([unseen.verdict, unseen.seen], ["unseen", "not seen: give --path"]);
    assert.deepEqual([unseen, rowOf(question, { value: "400" })].map(isDifferent), [false, true]);
  });

  it("is compared without what is said besides", () => {
    const { seen, verdict } = rowOf(question, { value: "409", note: "after 3 s" });
    assert.deepEqual({ seen, verdict }, { seen: "409 (after 3 s)", verdict: "same" });
  });

  it("is a number of seconds at most", () => {
    const edge = assumeAtMost("how long", 30, "settle");
    assert.equal(edge.assumed, "at most 30 s (settle)");
    assert.equal(rowOf(edge, { value: "30.0 s" }).verdict, "same");
    assert.equal(rowOf(edge, { value: "30.1 s" }).verdict, "unexpected");
  });
});

describe("what callers get", () => {
  const certificate = { fingerprint: "ab".repeat(32), serialNumber: "7d858d7e33d7", subject: "CN=kept" };
  const known = [
    { role: "kept", name: "own_kept", certificate },
    { role: "first", name: "own_first" },
  ];
  const seen = (status: number, body: string, headers = {}) => sightOf({ status, body, headers }, known);

  it("is recognised by fingerprint or serial number, in the body or in a header", () => {
    const inBody = seen(200, `{"fingerprint":"${"AB".repeat(32)}"}`);
    assert.deepEqual(inBody.shown, { role: "kept", fact: "fingerprint", header: undefined });
    const inHeader = seen(204, "", { "x-client-serial": "7D:85:8D:7E:33:D7" });
    assert.deepEqual(inHeader.shown, { role: "kept", fact: "serialNumber", header: "x-client-serial" });
  });

  it("is a name that is not bound, in the gateway's own words", () => {
    const words = "mTLS certificate binding 'own_first' not found. Ensure the certificate is uploaded.";
    const sight = seen(500, JSON.stringify({ detail: words }));
    assert.equal(sight.missing, "first");
    assert.equal(describeSight(sight), "HTTP 500, since the name is not bound");
  });

  it("is the same where status, certificate and name are", () => {
    assert.ok(isSameSight(seen(200, "one"), seen(200, "other")));
    assert.ok(!isSameSight(seen(200, ""), seen(502, "")));
    assert.ok(!isSameSight(seen(200, ""), seen(200, "7d858d7e33d7")));
  });
});

describe("the report", () => {
  it("shows the form of an answer, and nothing that it holds", () => {
    const answer = {
      id: "cert_1",
      on: "2026-11-25T00:00:00Z",
      environments: { preview: true },
      data: [1],
      no: null,
    };
    assert.equal(
      shapeOf(answer),
      "{id: text, on: date, environments: {preview: boolean}, data: [number], no: null}",
    );
    assert.equal(shapeOf({ a: { b: { c: { d: { e: "" } } } } }), "{a: {b: {c: {d: {…}}}}}");
  });

  it("has a placeholder for each name of the user's, as a whole word only", () => {
    const report: Report = {
      at: "",
      endpoint: "",
      rows: [],
      said: ["branch 'pr-1' of shop, and pr-12"],
      answers: [{ call: "GET …", status: 404, answer: "/v1/accounts/acme/projects/shop" }],
      failures: [],
      left: [],
    };
    const { said, answers } = withoutNames(report, { account: "acme", project: "shop", branch: "pr-1" });
    assert.deepEqual(said, ["branch '{branch}' of {project}, and pr-12"]);
    assert.equal(answers[0]?.answer, "/v1/accounts/{account}/projects/{project}");
  });

  it("finds the script's certificates by their names, which are none of the provider's own kind", () => {
    assert.ok(isOurs({ name: nameOf("kept", "0a".repeat(32)) }));
    assert.ok(!isOurs({ name: "backend_prod_8d804666e4d5" }));
  });
});
