import { environmentTypeOf } from "../api/branches";
import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../api/responses";
import { isFailure, isUnfinished } from "./observation";

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
  private readonly disabledFor = new Map<string, Map<EnvironmentType, number>>();
  private readonly requestedAt = new Map<string, number>();
  private readonly letGo = new Map<string, string>();
  private ticks = 0;

  note(deployment: string, build: KnownBuild): void {
    const before = this.known.get(deployment);
    // The state's own memory never takes the place of what this run has done.
    if (before !== undefined && before.deployedOn > build.deployedOn) return;
    this.known.set(deployment, build);
  }

  /**
   * To be called before a certificate is written. The write moves `updatedOn`, which tells whose builds no longer bind
   * it: what it tells now is kept until the deployment is deployed again.
   */
  keepLetGo(deployments: readonly DeploymentResponse[], certificate: CertificateResponse): void {
    for (const deployment of deployments) {
      const { name, updatedOn } = deployment;
      if (updatedOn !== undefined && this.binds(deployment, certificate) === "no")
        this.letGo.set(`${name}/${certificate.id}`, updatedOn);
    }
  }

  /** A certificate was disabled for these types just now, for which it had been enabled. */
  noteDisabled(certificateId: string, types: readonly EnvironmentType[]): void {
    const known = this.disabledFor.get(certificateId) ?? new Map<EnvironmentType, number>();
    this.disabledFor.set(certificateId, known);
    const now = this.tick();
    for (const type of types) known.set(type, now);
  }

  /** Whether this run has disabled a certificate for a type. */
  isDisabled({ id }: CertificateResponse, type: EnvironmentType): boolean {
    return this.disabledFor.get(id)?.has(type) === true;
  }

  /** This moment: after all that was noted until now, and before all that is noted from now on. */
  moment(): number {
    return this.tick();
  }

  /** The build that was asked for at this moment is served. */
  noteServed(deployment: string, requestedAt: number): void {
    this.requestedAt.set(deployment, Math.max(requestedAt, this.requestedAt.get(deployment) ?? 0));
  }

  /** Whether this run has redeployed a deployment. */
  isRedeployed(deployment: string): boolean {
    return this.requestedAt.has(deployment);
  }

  /** Whether this run has asked for the build that a deployment serves after a moment. */
  isRebuiltSince(deployment: string, moment: number): boolean {
    return (this.requestedAt.get(deployment) ?? 0) > moment;
  }

  /** Whether this run has redeployed a deployment since it disabled a certificate. */
  isRebuilt({ name }: DeploymentResponse, { id }: CertificateResponse): boolean {
    const disabledAt = Math.max(0, ...(this.disabledFor.get(id)?.values() ?? []));
    return (this.requestedAt.get(name) ?? 0) > disabledAt;
  }

  /** Whether this run had disabled a certificate for a type at a moment. */
  wasDisabledBefore({ id }: CertificateResponse, type: EnvironmentType, moment: number): boolean {
    const disabledAt = this.disabledFor.get(id)?.get(type);
    return disabledAt !== undefined && disabledAt < moment;
  }

  /**
   * Whether a deployment runs with a certificate, or Zuplo counts it as a user of it. "maybe": it was disabled for the
   * deployment's type at a time that nobody knows.
   */
  binds(deployment: DeploymentResponse, certificate: CertificateResponse): "yes" | "no" | "maybe" {
    const { id } = certificate;
    const known = this.known.get(deployment.name);
    const isSameBuild =
      known !== undefined &&
      (deployment.updatedOn === undefined || deployment.updatedOn === known.deployedOn);
    if (isSameBuild && known.bound.includes(id)) return "yes";
    if (isSameBuild && known.released.includes(id)) return "no";
    const { name, updatedOn } = deployment;
    if (updatedOn !== undefined && this.letGo.get(`${name}/${id}`) === updatedOn) return "no";
    const type = typeOf(deployment);
    const disabledAt = this.disabledFor.get(id)?.get(type);
    if (!certificate.environments[type] && disabledAt !== undefined) {
      const requestedAt = this.requestedAt.get(deployment.name);
      if (requestedAt !== undefined && requestedAt > disabledAt) return "no";
      // Until then it was enabled.
      return canBind(deployment, certificate) ? "yes" : "no";
    }
    if (!canBind(deployment, certificate)) return "no";
    return certificate.environments[type] && deployment.updatedOn !== undefined ? "yes" : "maybe";
  }

  private tick(): number {
    this.ticks += 1;
    return this.ticks;
  }
}

/** The environment type of a deployment; by its branch's name where Zuplo does not tell it. */
export function typeOf({ environmentType, branchName, name }: DeploymentResponse): EnvironmentType {
  return environmentType ?? environmentTypeOf(branchName ?? name);
}

/** What the dates alone tell: a deployment binds what was enabled for its type when it was last deployed. */
export function canBind(deployment: DeploymentResponse, certificate: CertificateResponse): boolean {
  const deployedAt = time(deployment.updatedOn);
  const createdAt = time(certificate.createdOn);
  if (deployedAt === undefined) return true;
  if (createdAt !== undefined && deployedAt < createdAt) return false;
  const { environmentType } = deployment;
  const isEnabled = environmentType === undefined || certificate.environments[environmentType];
  // A build that failed, or is under way, has moved the date, and the one before is served on: when that was made,
  // nothing tells.
  if (isEnabled || isFailure(deployment) || isUnfinished(deployment)) return true;
  const disabledAt = time(certificate.updatedOn);
  return disabledAt === undefined || deployedAt < disabledAt;
}

function time(iso: string | undefined): number | undefined {
  const parsed = Date.parse(iso ?? "");
  return Number.isNaN(parsed) ? undefined : parsed;
}
