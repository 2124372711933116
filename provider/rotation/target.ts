import type { ProjectSession } from "../projectSession";
import type { DeploymentAnswer, EnvironmentType } from "../zuplo/answers";
import { Invalid, NotFound } from "../zuplo/errors";
import { typeOf } from "./builds";

/** A deployment to redeploy, as the API describes it. */
export interface Target {
  name: string;
  branch: string;
  /** Where the gateway serves it; undefined where the API does not tell. */
  url: string | undefined;
  environmentType: EnvironmentType;
}

export type TargetArgs = { branch?: string | undefined; deployment?: string | undefined };

/** Finds the deployment by its own name or by its branch, which must have one deployment, working copies aside. */
export async function findTarget(session: ProjectSession, args: TargetArgs): Promise<Target> {
  const name = args.deployment ?? args.branch;
  const operation = {
    verb: "find",
    resource: args.deployment === undefined ? "deployment of branch" : "deployment",
    name: name ?? "",
  };
  const matches = (deployment: DeploymentAnswer) =>
    args.deployment === undefined
      ? deployment.branchName === args.branch && !deployment.isWorkingCopy
      : deployment.name === args.deployment;
  let found = (await session.deployments.list()).filter(matches);
  // The list of this run may be older than the deployment.
  if (found.length === 0) found = (await session.deployments.refresh()).filter(matches);
  const [first, ...others] = found;
  if (first === undefined) {
    throw new NotFound({
      operation,
      problem: `project '${session.scope.project}' has no such deployment`,
      advice: "Push the branch once, so that Zuplo deploys it, or correct the name (see `zuplo list`).",
    });
  }
  if (others.length > 0) {
    throw new Invalid({
      operation,
      problem: `the branch has ${found.length} deployments: ${found.map(deployment => deployment.name).join(", ")}`,
      advice: "Set `deployment` to one of them instead of `branch`.",
    });
  }
  if (first.isWorkingCopy) {
    throw new Invalid({
      operation,
      problem: "this is a developer's working copy, which is only ever deployed by its owner",
      advice: "Name the branch's own deployment, or give `branch` instead.",
    });
  }
  return { ...targetOf(first), branch: first.branchName ?? args.branch ?? "" };
}

export function targetOf(deployment: DeploymentAnswer): Target {
  const { name, branchName = "", url } = deployment;
  return { name, branch: branchName, url, environmentType: typeOf(deployment) };
}
