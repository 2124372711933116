import { Invalid, NotFound, type Operation } from "../api/errors";
import type { DeploymentResponse, EnvironmentType } from "../api/responses";
import { whereKeyIsLimited } from "../api/rights";
import { isLoopback } from "../config";
import type { ProjectSession } from "../projectSession";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { typeOf } from "./builds";
import { deployOnce, workingCopyProblem } from "./targetWords";

/** A deployment to redeploy, as the API describes it. */
export interface Target {
  name: string;
  branch: string;
  /** Where the gateway serves it; undefined where the API does not tell, or tells what is no such address. */
  url: string | undefined;
  environmentType: EnvironmentType;
}

export type TargetArgs = { branch?: string | undefined; deployment?: string | undefined };

/** Finds the deployment by its own name or by its branch, which must have one deployment, working copies aside. */
export async function findTarget(session: ProjectSession, args: TargetArgs): Promise<Target> {
  const matches = matching(args);
  let found = (await session.deployments.list()).filter(matches);
  // The list of this run may be older than the deployment.
  if (found.length === 0) found = (await session.deployments.refresh()).filter(matches);
  const [first, ...others] = found;
  if (first === undefined) throw await notThere(session, [args]);
  if (others.length > 0) {
    throw new Invalid({
      operation: operationOf(args),
      problem: `the branch has ${found.length} deployments: ${found.map(deployment => deployment.name).join(", ")}`,
      advice: "Set `deployment` to one of them instead of `branch`.",
      code: "ZUPLO1315",
    });
  }
  if (first.isWorkingCopy) {
    throw new Invalid({
      operation: operationOf(args),
      problem: workingCopyProblem,
      advice: "Name the branch's own deployment, or give `branch` instead.",
      code: "ZUPLO1304",
    });
  }
  requireAddress(first, operationOf(args));
  return { ...targetOf(first), branch: first.branchName ?? args.branch ?? "" };
}

/**
 * Finds everything that is to be redeployed before the first write for it: a branch that was never deployed would
 * otherwise be noticed when the certificate has been uploaded, and other branches use it already.
 */
export async function requireTargets(
  session: ProjectSession,
  { branches, deployments }: { branches: readonly string[]; deployments: readonly string[] },
): Promise<void> {
  const wanted: TargetArgs[] = [
    ...branches.map(branch => ({ branch })),
    ...deployments.map(deployment => ({ deployment })),
  ];
  const missingFrom = (list: readonly DeploymentResponse[]) =>
    wanted.filter(args => !list.some(matching(args)));
  let missing = missingFrom(await session.deployments.list());
  if (missing.length > 0) missing = missingFrom(await session.deployments.refresh());
  if (missing.length > 0) throw await notThere(session, missing);
  for (const args of wanted) await findTarget(session, args);
}

export function targetOf(deployment: DeploymentResponse): Target {
  const { name, branchName = "", url } = deployment;
  const known = url !== undefined && isAddress(url) ? url : undefined;
  return { name, branch: branchName, url: known, environmentType: typeOf(deployment) };
}

/** What comes after a redeploy builds on the address: one that cannot be asked is found before the first write. */
function requireAddress({ url }: DeploymentResponse, operation: Operation): void {
  if (url === undefined || isAddress(url)) return;
  throw new Invalid({
    operation,
    // Not quoted: it may hold a user's name and password.
    problem: "its URL, as Zuplo reports it, is not the https address of a gateway, so it was not redeployed",
    advice:
      "See what getDeployments shows as its `url`: it must be https, without user, password, query or fragment. " +
      `Check ${say.setting("endpoint")}, and whether a proxy answers in place of Zuplo.`,
    code: "ZUPLO1309",
  });
}

/** Plain http is for this machine only, as it is for the API. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (`${username}${password}${search}${hash}` !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

/** The deployment of a branch that is its own, and not a developer's working copy. */
export function ownDeploymentOf(
  deployments: readonly DeploymentResponse[],
  branch: string,
): DeploymentResponse | undefined {
  return deployments.find(matching({ branch }));
}

function matching({ branch, deployment: wanted }: TargetArgs): (deployment: DeploymentResponse) => boolean {
  return ({ name, branchName, isWorkingCopy }) =>
    wanted === undefined ? branchName === branch && !isWorkingCopy : name === wanted;
}

function operationOf({ branch, deployment }: TargetArgs) {
  const resource = deployment === undefined ? "deployment of branch" : "deployment";
  return { verb: "find", resource, name: deployment ?? branch ?? "" };
}

async function notThere(session: ProjectSession, missing: readonly TargetArgs[]): Promise<NotFound> {
  const [first = {}, ...others] = missing;
  const more = others.map(args => {
    const { resource, name } = operationOf(args);
    return `, and no ${resource} '${quote(name)}'`;
  });
  const hasCopies = (await session.deployments.list()).some(
    ({ branchName, isWorkingCopy }) => isWorkingCopy && branchName === first.branch,
  );
  const only = hasCopies ? ", only developers' working copies" : "";
  const advice =
    first.deployment === undefined
      ? deployOnce
      : "Correct the name (see `zuplo list`), or give its branch instead, whatever its deployment is called.";
  return new NotFound({
    operation: operationOf(first),
    problem: `project '${session.scope.project}' has no such deployment${only}${more.join("")}`,
    advice: `${advice} ${whereKeyIsLimited("the environment type", "deployment")}`,
    code: "ZUPLO1305",
  });
}
