import type { BranchVariable } from "./branchVariable";

// What only one may do at a time in a run: the keys of `exclusively`.

/** Writes of a variable. */
export function variableLock({ branch, name }: BranchVariable): string {
  return `variable/${branch}/${name}`;
}

/** Redeploys of a deployment. */
export function deploymentLock(name: string): string {
  return `deployment/${name}`;
}

/** Whatever enables, disables or deletes a certificate. */
export function certificateLock(id: string): string {
  return `certificate/${id}`;
}

/** The look at a certificate that was left, and its end. */
export function sweepLock(id: string): string {
  return `sweep/${id}`;
}
