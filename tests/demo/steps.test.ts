import assert from "node:assert/strict";
import { descendants } from "../../scripts/demo/processTree";
import { stepOf } from "../../scripts/demo/steps";
import { call, demonstration, event, trace } from "./fixture";

describe("the steps of a rotation", () => {
  it("are told in words, with the branch that they concern", () => {
    const steps = trace.map(entry => stepOf(entry, demonstration.environments));
    assert.deepEqual(
      steps.map(({ kind, branch, text }) => [kind, branch, text]),
      [
        ["upload", "", "next, enabled for production"],
        ["variable", "main", "CERT = next"],
        ["read", "", "certificate.list"],
        ["disable", "", "first: now enabled for nothing"],
        ["redeploy", "main", "gateway-main"],
        ["served", "main", "new build, bound to next"],
        ["delete", "", "first"],
      ],
    );
  });

  it("tell why a build failed", () => {
    const step = stepOf(event(0, { kind: "build.failed", message: "boom" }), []);
    assert.equal(step.kind, "failed");
    assert.equal(step.text, "failed: boom");
  });

  it("bear a body that is none", () => {
    assert.equal(stepOf(call(0, "certificate.create", "a"), []).text, "a, enabled for nothing");
  });
});

describe("the processes that one has started", () => {
  it("are found through those in between, and nothing else is", () => {
    assert.deepEqual(descendants("  1 0\n 10 1\n 11 10\n 12 11\n 20 1\n", 10), [10, 11, 12]);
  });

  it("are none when it has ended", () => assert.deepEqual(descendants("1 0\n", 10), []));
});
