import assert from "node:assert/strict";
import type { DeploymentResponse } from "../../provider/api/responses";
import { isFailure, isServed, isStrange, type Observation } from "../../provider/rotation/observation";

/** A deployment whose gateway tells nothing of its builds. */
const seen = (state: string, updatedOn: string): Observation => ({
  deployment: {
    name: "gateway-main",
    url: undefined,
    branchName: "main",
    label: undefined,
    environmentType: "production",
    isWorkingCopy: false,
    state,
    message: undefined,
    createdOn: undefined,
    updatedOn,
  } satisfies DeploymentResponse,
  looks: [{}],
});

const before = seen("STARTED", "2026-01-01T00:00:00Z");

/** What a state tells after the date has moved. */
function readingOf(state: string, last = before): "failed" | "served" | "unclear" | "not served" {
  const now = seen(state, "2026-01-01T00:10:00Z");
  if (isFailure(now.deployment)) return "failed";
  if (!isServed(last, now)) return "not served";
  return isStrange(last, now) ? "unclear" : "served";
}

describe("the state of a deployment, where only its date tells builds apart,", () => {
  const states = {
    served: [
      "STARTED",
      "RUNNING",
      "live",
      "OK",
      "BUILD_SUCCESS",
      "Deployed",
      "deployment complete",
      "BuildSucceeded",
    ],
    failed: [
      ...["ERROR", "DEPLOY_FAILED", "CANCELLED", "canceled", "CRASHED", "CrashLoop", "ABORTED", "ABANDONED"],
      ...["TIMED_OUT", "TIMEOUT", "timed out", "REJECTED"],
    ],
    "not served": [
      ...[
        "DEPLOYING",
        "IN_PROGRESS",
        "UNHEALTHY",
        "INACTIVE",
        "NOT_READY",
        "NotReady",
        "not ready",
        "UNDEPLOYED",
      ],
      ...["INCOMPLETE", "UNSUCCESSFUL", "STOPPED", "STOPPING", "SUSPENDED", "UNAVAILABLE", "NEVER_STARTED"],
    ],
    unclear: ["UPDATING", "BUILD_STARTED", "BUILD_RUNNING", "INITIALIZING", "ALREADY", "PARTLY", "REACTIVE"],
  } as const;
  for (const [reading, words] of Object.entries(states))
    for (const word of words)
      it(`'${word}' says ${reading}`, () => {
        assert.equal(readingOf(word), reading);
      });

  it("says nothing that it said before", () => {
    for (const word of ["UNHEALTHY", "INACTIVE", "WHATEVER"])
      assert.equal(readingOf(word, seen(word, "2026-01-01T00:00:00Z")), "served");
  });
});
