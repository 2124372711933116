import type { CertificateResponse, DeploymentResponse } from "../provider/api/responses";
import { canBind, type KnownBuild } from "../provider/rotation/builds";
import { isFailure, isUnfinished } from "../provider/rotation/observation";

/** A certificate that a deployment has bound, or may have. */
export interface Holding {
  certificate: string;
  /** False where Zuplo's dates leave it open. */
  isCertain: boolean;
}

/** Which of the certificates a deployment has bound, as far as it can be told; none stands for what it cannot have. */
export function holdingsOf(
  deployment: DeploymentResponse,
  certificates: readonly CertificateResponse[],
  builds: ReadonlyMap<string, KnownBuild>,
): Holding[] {
  return certificates.flatMap(certificate => {
    const holds = isHeld(deployment, certificate, builds.get(deployment.name));
    return holds === "no" ? [] : [{ certificate: certificate.name, isCertain: holds === "yes" }];
  });
}

function isHeld(
  deployment: DeploymentResponse,
  certificate: CertificateResponse,
  build: KnownBuild | undefined,
): "yes" | "no" | "maybe" {
  if (build !== undefined && deployment.updatedOn === build.deployedOn) {
    if (build.bound.includes(certificate.id)) return "yes";
    if (build.released.includes(certificate.id)) return "no";
  }
  if (!canBind(deployment, certificate)) return "no";
  return hasBound(deployment, certificate) ? "yes" : "maybe";
}

/**
 * Enabled since before the build, and nothing has changed since. That a certificate is enabled now says nothing of a
 * build before its last change: a rollback may have enabled it again. A build counts as made at its deployment's date.
 */
function hasBound(deployment: DeploymentResponse, certificate: CertificateResponse): boolean {
  const { environmentType, updatedOn } = deployment;
  if (environmentType === undefined || !certificate.environments[environmentType]) return false;
  if (isFailure(deployment) || isUnfinished(deployment)) return false;
  return Date.parse(updatedOn ?? "") > Date.parse(certificate.updatedOn ?? certificate.createdOn ?? "");
}
