/**
 * The safety property of a rotation, as pure functions over the state:
 * no deployment may run with a variable, or with code, that names a certificate it has not bound.
 */
import type { Snapshot, State } from "./model";
import { takeSnapshot } from "./snapshot";

export interface Finding {
  /** Milliseconds since the epoch. */
  at: number;
  branch: string;
  /** Empty where the code names the certificate itself. */
  variable: string;
  value: string;
  reason: string;
}

/** What is wrong with a snapshot that runs, or would run, on a branch. */
export function unboundVariables(
  state: State,
  project: string,
  branch: string,
  snapshot: Snapshot,
  at: number,
): Finding[] {
  const known = new Set(state.projects.find(candidate => candidate.name === project)?.certificateNames);
  const bound = new Set(snapshot.bindings.map(binding => binding.name));
  const { certificateInCode: inCode } = snapshot;
  const code =
    inCode === undefined || bound.has(inCode)
      ? []
      : [{ at, branch, variable: "", value: inCode, reason: whyUnbound(state, project, inCode) }];
  const variables = state.variables
    .filter(variable => variable.project === project && variable.branch === branch)
    .filter(variable => variable.history.some(value => known.has(value)))
    .flatMap(({ name }) => {
      const value = snapshot.variables[name];
      // Without a value a request goes out without a certificate, which is no error of the gateway's.
      if (!value || bound.has(value)) return [];
      return [{ at, branch, variable: name, value, reason: whyUnbound(state, project, value) }];
    });
  return [...code, ...variables];
}

/** What would be wrong if somebody pushed to any of the branches at this instant; a working copy is nobody's push. */
export function pushHazards(state: State, at: number): Finding[] {
  return state.deployments.flatMap(deployment => {
    if (deployment.workingCopy) return [];
    const snapshot = takeSnapshot(state, deployment, "", "");
    return unboundVariables(state, deployment.project, deployment.branch, snapshot, at);
  });
}

function whyUnbound(state: State, project: string, name: string): string {
  const certificate = state.certificates.find(
    candidate => candidate.project === project && candidate.name === name,
  );
  if (!certificate) return `there is no certificate named '${name}'`;
  const enabled = certificate.environments.join(", ") || "no environment";
  return `certificate '${name}' is not bound: it is enabled for ${enabled}`;
}
