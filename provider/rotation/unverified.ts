import { Conflict } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import { say } from "../text/vocabulary";
import type { VariableValue } from "./branchVariable";

/** What rolls of a deployment have set that ended before its redeploy, and that could not be put back since. */
export function unverifiedAt({ ledger, variables }: ProjectSession, deployment: string): VariableValue[] {
  return ledger.unverifiedAt(deployment).filter(variable => variables.stillHas(variable));
}

/** A redeploy would serve it, and nobody would verify it. */
export function requireVerified(session: ProjectSession, deployment: string): void {
  if (unverifiedAt(session, deployment).length > 0) throw unverified(deployment);
}

export function unverified(deployment: string): Conflict {
  return new Conflict({
    operation: { verb: "redeploy", resource: "deployment", name: deployment },
    problem:
      "another Redeployment of this deployment failed before anything was redeployed, and a variable it had changed could not be put back; redeploying now would put that value into service",
    advice: `Correct what failed there and run ${say.apply} again: that redeploys for both.`,
    code: "ZUPLO1412",
  });
}
