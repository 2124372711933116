import type { CertificateAnswer, DeploymentAnswer } from "../zuplo/answers";

/** What is known of the build that a Redeployment made: ids of certificates, as far as it looked at them. */
export interface KnownBuild {
  /** When the deployment was last changed at Zuplo after it, ISO 8601. */
  deployedOn: string;
  /** Bound by it: enabled when it was made. */
  bound: string[];
  /** Not bound by it: disabled before it was made. */
  released: string[];
}

/** What the builds of this run, and those that the state remembers, have bound. No API tells it. */
export class Builds {
  private readonly known = new Map<string, KnownBuild>();
  private readonly disabledAt = new Map<string, number>();
  private readonly requestedAt = new Map<string, number>();
  private ticks = 0;

  note(deployment: string, build: KnownBuild): void {
    const before = this.known.get(deployment);
    // The state's own memory never takes the place of what this run has done.
    if (before !== undefined && before.deployedOn > build.deployedOn) return;
    this.known.set(deployment, build);
  }

  /** A certificate was disabled just now. */
  noteDisabled(certificateId: string): void {
    this.disabledAt.set(certificateId, this.tick());
  }

  /** A redeploy is about to be asked for: what was disabled before is not bound by it. @returns the moment. */
  beginRedeploy(): number {
    return this.tick();
  }

  /** The build that was asked for at this moment is served. */
  noteServed(deployment: string, requestedAt: number): void {
    this.requestedAt.set(deployment, Math.max(requestedAt, this.requestedAt.get(deployment) ?? 0));
  }

  /** Whether a deployment may run with a certificate, or Zuplo may count it as a user of it. */
  mayBind(deployment: DeploymentAnswer, certificate: CertificateAnswer): boolean {
    const { id } = certificate;
    const known = this.known.get(deployment.name);
    const isSameBuild =
      known !== undefined &&
      (deployment.updatedOn === undefined || deployment.updatedOn === known.deployedOn);
    if (isSameBuild && known.bound.includes(id)) return true;
    if (isSameBuild && known.released.includes(id)) return false;
    const disabledAt = this.disabledAt.get(id);
    const requestedAt = this.requestedAt.get(deployment.name);
    const isDisabled = !Object.values(certificate.environments).includes(true);
    if (isDisabled && disabledAt !== undefined && requestedAt !== undefined && requestedAt > disabledAt)
      return false;
    return canBind(deployment, certificate);
  }

  private tick(): number {
    this.ticks += 1;
    return this.ticks;
  }
}

/** What the dates alone tell: a deployment binds what was enabled for its type when it was last deployed. */
export function canBind(deployment: DeploymentAnswer, certificate: CertificateAnswer): boolean {
  const deployedAt = time(deployment.updatedOn);
  const createdAt = time(certificate.createdOn);
  if (deployedAt === undefined) return true;
  if (createdAt !== undefined && deployedAt < createdAt) return false;
  const { environmentType } = deployment;
  const isEnabled = environmentType === undefined || certificate.environments[environmentType];
  if (isEnabled) return true;
  const disabledAt = time(certificate.updatedOn);
  return disabledAt === undefined || deployedAt < disabledAt;
}

function time(iso: string | undefined): number | undefined {
  const parsed = Date.parse(iso ?? "");
  return Number.isNaN(parsed) ? undefined : parsed;
}
