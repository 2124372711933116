import assert from "node:assert/strict";
import { isRedeployedAgain, redeployedAgain } from "../../provider/record/restored";

describe("what a rollback has restored", () => {
  const others = [
    "certificate 'backend_a1' enabled for production",
    "variable 'main/CERT' back to its last value",
    "verified",
  ];

  it("tells of its redeploy in the words that records have", () => {
    assert.equal(redeployedAgain("gateway-main"), "deployment 'gateway-main' redeployed");
  });

  it("is read as it is written", () => {
    assert.equal(isRedeployedAgain([...others, redeployedAgain("gateway-main")]), true);
    assert.equal(isRedeployedAgain([redeployedAgain("it's"), ...others]), true);
    assert.equal(isRedeployedAgain(others), false);
    assert.equal(isRedeployedAgain([]), false);
  });
});
