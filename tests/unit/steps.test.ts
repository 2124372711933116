import assert from "node:assert/strict";
import { stepsOf } from "../../provider/resources/redeployment/steps";
import { unknown } from "../../provider/resources/resource";
import { enumerated } from "../../provider/text/enumerated";

const named = (value: string) => ({ branch: "main", name: "CERT", value });
const before = { certificates: ["old"], variables: [named("old")], environmentType: "production" };
const wanted = { branch: "main", certificates: ["new"], variables: [named("new")] };

describe("what a preview says of a redeploy", () => {
  it("tells the steps in their order", () => {
    const steps = stepsOf(before, { ...wanted, verify: { path: "/health" } });
    assert.deepEqual(steps, [
      "disable 'old' for production unless a branch needs it",
      "redeploy once",
      "verify GET /health",
      "roll back if that fails",
    ]);
    assert.equal(enumerated(steps.slice(1, 3)), "redeploy once and verify GET /health");
    assert.equal(enumerated(["redeploy once"]), "redeploy once");
  });

  it("disables nothing at first, nothing that stays, and nothing that no variable named", () => {
    assert.deepEqual(stepsOf(undefined, wanted), ["redeploy once"]);
    assert.deepEqual(stepsOf(before, { ...wanted, certificates: ["old", "new"] }), ["redeploy once"]);
    assert.deepEqual(stepsOf({ ...before, variables: [] }, wanted), ["redeploy once"]);
  });

  it("goes back only where there is a verification and `rollback` is not false", () => {
    const verify = { path: "/health" };
    assert.deepEqual(stepsOf(undefined, { ...wanted, verify, rollback: false }), [
      "redeploy once",
      "verify GET /health",
    ]);
  });

  it("shows of an address neither its user nor its query", () => {
    const verified = (verify: object) => stepsOf(undefined, { ...wanted, verify, rollback: false })[1];
    assert.equal(verified({ path: "/health?key=hidden" }), "verify GET /health");
    assert.equal(
      verified({ url: "https://me:hidden@gw.example/health?key=hidden", method: "POST" }),
      "verify POST https://gw.example/health",
    );
  });

  it("leaves out what is not known yet", () => {
    assert.deepEqual(stepsOf(before, { ...wanted, certificates: unknown, verify: { path: unknown } }), [
      "redeploy once",
      "verify",
      "roll back if that fails",
    ]);
    assert.equal(
      stepsOf({ ...before, environmentType: undefined }, { ...wanted, branch: "feature" })[0],
      "disable 'old' for preview unless a branch needs it",
    );
    assert.equal(
      stepsOf({ ...before, environmentType: undefined }, { ...wanted, branch: undefined })[0],
      "disable 'old' unless a branch needs it",
    );
  });
});
