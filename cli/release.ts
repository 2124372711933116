import { ZuploError } from "../provider/api/errors";
import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../provider/api/responses";
import type { ProjectSession } from "../provider/projectSession";
import { redeploy } from "../provider/rotation/build";
import { typeOf } from "../provider/rotation/builds";
import { enabledTypes } from "../provider/rotation/environments";
import type { Objection } from "../provider/rotation/objections";
import { setVariable } from "../provider/rotation/setVariable";
import { targetOf } from "../provider/rotation/target";
import type { ReleasePlan } from "./releasePlan";

/** What became of a certificate that was taken out of branches. */
export interface Released {
  /** The environment types for which it was disabled. */
  disabled: EnvironmentType[];
  /** The environment types for which it stays enabled, and why. */
  kept: Map<EnvironmentType, Objection[]>;
  redeployed: DeploymentResponse[];
  /** Redeploys that did not lead to a new build. */
  failures: ZuploError[];
  /** Deployments of the branches that may still run with it. */
  unfinished: DeploymentResponse[];
  /** Deployments of others that may run with it. */
  holders: DeploymentResponse[];
  /** Branches of these whose variables name it: their next deploys bind it again. */
  naming: string[];
}

/**
 * Takes a certificate out of branches: the variables that name it are set, it is disabled where nobody would miss it,
 * and each deployment is redeployed once. In this order: a push in between deploys what is enabled still. Called once
 * more after it was interrupted, it goes on.
 */
export async function release(
  project: ProjectSession,
  plan: ReleasePlan,
  timeoutMs: number,
): Promise<Released> {
  const { certificate, value, variables, types } = plan;
  for (const variable of variables) {
    // The value came as an argument: it is no secret.
    await setVariable(project, variable, [value]);
    await project.variables.note(variable);
  }
  const kept = await project.safety.disable(certificate.id, types, plan.isSettled);
  const outcomes = await Promise.all(
    plan.deployments.map(deployment => redeployOne(project, deployment, certificate, timeoutMs)),
  );
  const { id } = certificate;
  const current = await project.safety.freshCertificate(id);
  const holders = current === undefined ? [] : await project.safety.holdersOf(current);
  const isOurs = ({ name }: DeploymentResponse) => plan.deployments.some(own => own.name === name);
  const others = holders.filter(deployment => !isOurs(deployment));
  const failures = outcomes.filter(outcome => outcome instanceof ZuploError);
  return {
    disabled: types.filter(type => !kept.has(type)),
    kept,
    redeployed: plan.deployments.filter((_, index) => outcomes[index] === undefined),
    failures,
    unfinished: holders.filter(isOurs),
    holders: others,
    naming: await branchesNaming(project, others, certificate.name),
  };
}

async function branchesNaming(
  project: ProjectSession,
  deployments: readonly DeploymentResponse[],
  certificate: string,
): Promise<string[]> {
  const naming = await Promise.all(
    deployments.map(async ({ branchName }) => {
      const told = branchName === undefined ? undefined : await project.variablesOf(branchName);
      return told !== undefined && [...told.values.values()].includes(certificate) ? [branchName ?? ""] : [];
    }),
  );
  return [...new Set(naming.flat())];
}

/** @returns why there is no new build. */
async function redeployOne(
  project: ProjectSession,
  deployment: DeploymentResponse,
  { id }: CertificateResponse,
  timeoutMs: number,
): Promise<ZuploError | undefined> {
  const certificate = await project.certificates.get(id);
  const isBound = certificate !== undefined && enabledTypes(certificate).includes(typeOf(deployment));
  try {
    const { deployedOn } = await redeploy(project, targetOf(deployment), timeoutMs);
    const [bound, released] = isBound ? [[id], []] : [[], [id]];
    project.builds.note(deployment.name, { deployedOn, bound, released });
    return undefined;
  } catch (error) {
    if (!(error instanceof ZuploError)) throw error;
    return error;
  }
}
