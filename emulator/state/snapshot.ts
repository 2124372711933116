/** What a deployment runs with: fixed when it is deployed, whatever changes afterwards. */
import type { Deployment, Snapshot, State } from "./model";

/** The branch's variables and all certificates enabled for the environment type, as they are at this instant. */
export function takeSnapshot(
  state: State,
  deployment: Pick<Deployment, "project" | "branch" | "environmentType" | "commit" | "certificateInCode">,
  buildId: string,
  at: string,
): Snapshot {
  const variables = state.variables.filter(
    variable => variable.project === deployment.project && variable.branch === deployment.branch,
  );
  const enabled = state.certificates.filter(
    certificate =>
      certificate.project === deployment.project &&
      certificate.environments.includes(deployment.environmentType),
  );
  return {
    buildId,
    at,
    ...(deployment.commit === undefined ? {} : { commit: deployment.commit }),
    ...(deployment.certificateInCode === undefined
      ? {}
      : { certificateInCode: deployment.certificateInCode }),
    variables: Object.fromEntries(variables.map(variable => [variable.name, variable.value])),
    bindings: enabled.map(({ id, name, certificate, key }) => ({
      name,
      certificateId: id,
      certificate,
      key,
    })),
  };
}

/** The deployments that run with the certificate. */
export function holdersOf(state: State, certificateId: string): Deployment[] {
  return state.deployments.filter(deployment =>
    deployment.snapshot.bindings.some(binding => binding.certificateId === certificateId),
  );
}

/** The certificate that each variable of the snapshot selects: variable → certificate name. */
export function selectedCertificates(snapshot: Snapshot): Record<string, string> {
  const bound = new Set(snapshot.bindings.map(binding => binding.name));
  return Object.fromEntries(Object.entries(snapshot.variables).filter(([, value]) => bound.has(value)));
}
