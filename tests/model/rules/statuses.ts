import type { State } from "../../../emulator/state/model";

/** What a push of a branch would make of one of its variables. */
export interface VariableStatus {
  key: string;
  project: string;
  branch: string;
  variable: string;
  value: string;
  /** It names a certificate that does not exist or is not enabled for the type of the branch's own deployment. */
  isBroken: boolean;
  /** The certificate that it names. */
  certificateId: string | undefined;
}

export function keyOf(project: string, branch: string, variable: string): string {
  return `${project}/${branch}/${variable}`;
}

/** Of every variable that ever named a certificate, on every branch that has a deployment of its own. */
export function variableStatuses(state: State): Map<string, VariableStatus> {
  const statuses = new Map<string, VariableStatus>();
  for (const { project, branch, name, value, history } of state.variables) {
    const own = state.deployments.find(
      deployment => deployment.project === project && deployment.branch === branch && !deployment.workingCopy,
    );
    const known = state.projects.find(candidate => candidate.name === project)?.certificateNames ?? [];
    if (own === undefined || !history.some(each => known.includes(each))) continue;
    const named = state.certificates.find(
      certificate => certificate.project === project && certificate.name === value,
    );
    const isBroken = value !== "" && !named?.environments.includes(own.environmentType);
    const key = keyOf(project, branch, name);
    statuses.set(key, {
      key,
      project,
      branch,
      variable: name,
      value,
      isBroken,
      certificateId: named?.id,
    });
  }
  return statuses;
}
