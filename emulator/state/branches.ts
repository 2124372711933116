/** Projects and branches, and the deployment that each branch has. */
import { createHash, randomUUID } from "node:crypto";
import type { Deployment, EnvironmentType, State } from "./model";
import { takeSnapshot } from "./snapshot";

/** Zuplo's rule for a branch of which nothing else is said. */
export function defaultEnvironmentType(branch: string): EnvironmentType {
  return ["main", "master", "production"].includes(branch) ? "production" : "preview";
}

/** Adds what is not there yet; leaves what is. */
export function ensureProject(state: State, name: string): void {
  if (!state.projects.some(project => project.name === name)) {
    state.projects.push({ name, certificateNames: [] });
  }
}

/** Adds the branch and its deployment where they are not there yet; an environment type is for a new branch only. */
export function ensureBranch(
  state: State,
  project: string,
  name: string,
  environmentType: EnvironmentType | undefined,
  now: string,
  buildId: string = randomUUID(),
): Deployment {
  let branch = state.branches.find(candidate => candidate.project === project && candidate.name === name);
  if (!branch) {
    branch = { project, name, environmentType: environmentType ?? defaultEnvironmentType(name) };
    state.branches.push(branch);
  }
  const existing = deploymentOf(state, project, name);
  if (existing) return existing;
  const deployment: Omit<Deployment, "snapshot"> = {
    name: deploymentName(state.account, project, name),
    project,
    branch: name,
    environmentType: branch.environmentType,
    state: "STARTED",
    message: "",
    pending: 0,
    createdOn: now,
    updatedOn: now,
  };
  const complete = { ...deployment, snapshot: takeSnapshot(state, deployment, buildId, now) };
  state.deployments.push(complete);
  return complete;
}

/** A developer's copy of a branch, in which the certificates for development are bound. */
export function addWorkingCopy(
  state: State,
  project: string,
  branch: string,
  now: string,
  buildId: string = randomUUID(),
  label?: string,
): Deployment {
  const count = state.deployments.filter(
    deployment => deployment.project === project && deployment.branch === branch && deployment.workingCopy,
  ).length;
  const deployment: Omit<Deployment, "snapshot"> = {
    name: `${deploymentName(state.account, project, branch)}-copy${count + 1}`,
    project,
    branch,
    environmentType: "development",
    workingCopy: true,
    ...(label === undefined ? {} : { label }),
    state: "STARTED",
    message: "",
    pending: 0,
    createdOn: now,
    updatedOn: now,
  };
  const complete = { ...deployment, snapshot: takeSnapshot(state, deployment, buildId, now) };
  state.deployments.push(complete);
  return complete;
}

/** The branch's own deployment, of which there is one at most. */
export function deploymentOf(state: State, project: string, branch: string): Deployment | undefined {
  return state.deployments.find(
    candidate => candidate.project === project && candidate.branch === branch && !candidate.workingCopy,
  );
}

/** The same for every run, so that a person's notes and scripts stay right. */
function deploymentName(account: string, project: string, branch: string): string {
  const hash = createHash("sha256").update(`${account}/${project}/${branch}`).digest("hex").slice(0, 7);
  const slug = branch.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${project}-${slug}-${hash}`;
}
