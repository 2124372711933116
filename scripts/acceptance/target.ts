/** The deployment that a run may touch: a preview branch's own. */

import { type DeploymentResponse, environmentTypes } from "../../provider/api/responses";
import type { Target } from "../../provider/rotation/target";
import { quote } from "../../provider/text/redact";

/** Throws an Error fit for the user where the branch is anything else. */
export function previewOf(
  deployments: readonly DeploymentResponse[],
  branch: string,
): Target & { url: string } {
  const ofBranch = deployments.filter(({ branchName }) => branchName === branch);
  const [found, ...others] = ofBranch.filter(({ isWorkingCopy }) => !isWorkingCopy);
  const shown = quote(branch);
  if (found === undefined) {
    const what = ofBranch.length > 0 ? "only developers' working copies" : "no deployment";
    throw new Error(`branch '${shown}' has ${what}: push it once, or give another --branch`);
  }
  if (others.length > 0) throw new Error(`branch '${shown}' has several deployments: give another --branch`);
  const { name, url, environmentType } = found;
  // By the deployment's own word alone: the branch's name proves nothing.
  if (environmentType !== "preview") {
    const type =
      environmentTypes.find(each => each === environmentType) ?? "of a type that Zuplo does not tell";
    throw new Error(`branch '${shown}' is ${type}: this is for preview branches only`);
  }
  if (url === undefined) throw new Error(`Zuplo does not tell the address of branch '${shown}'`);
  return { name, branch, url, environmentType };
}
