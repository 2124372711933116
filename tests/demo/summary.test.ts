import assert from "node:assert/strict";
import { jsonOf, problemsOf, summaryOf } from "../../scripts/demo/summary";
import { figures } from "./fixture";

describe("the summary of a demonstration", () => {
  it("finds no problem in a rotation without one", () => assert.deepEqual(problemsOf(figures), []));

  const faults: [Partial<typeof figures>, RegExp][] = [
    [{ failed: 1 }, /1 requests failed/],
    [{ redeploys: 2 }, /2 redeploys for 1 environments/],
    [{ writes: 6 }, /6 writes instead of 5/],
    [{ secondWrites: 1 }, /1 writes in the second run/],
    [{ certificatesLeft: 2 }, /2 certificates are left/],
    [{ certificatesLeft: 0 }, /0 certificates are left/],
    [{ violations: 1 }, /1 times a build ran without/],
    [{ hazards: 1 }, /1 times a push would have broken/],
    [{ secretsInState: 1 }, /1 secrets stand in the state/],
  ];
  for (const [fault, sentence] of faults) {
    it(`finds ${JSON.stringify(fault)}, and says so`, () => {
      const problems = problemsOf({ ...figures, ...fault });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", sentence);
    });
  }

  it("is one line of JSON with the figures that were agreed on", () => {
    assert.equal(
      jsonOf(figures),
      '{"requests":1234567,"failed":0,"redeploys":1,"writes":5,"expectedWrites":5,"certificatesLeft":1,"secretsInState":0}',
    );
  });

  it("tells people where the expected number of writes comes from", () => {
    const text = summaryOf(figures);
    assert.match(text, /expected 5 = 1 uploaded \+ 1 variables \+ 1×1 disabled \+ 1 redeployed \+ 1 deleted/);
    assert.match(text, /1\u202f234\u202f567/);
  });

  it("tells what a busy machine did not send, which is no problem of the rotation", () => {
    const busy = { ...figures, shed: 1234 };
    assert.deepEqual(problemsOf(busy), []);
    assert.match(summaryOf(busy), /; 1\u202f234 more were not sent, since this machine was too busy\n/);
    assert.doesNotMatch(summaryOf(figures), /not sent/);
  });
});
