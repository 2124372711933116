import { Mutex } from "async-mutex";
import type { CertificateAnswer, DeploymentAnswer, EnvironmentType } from "./zuplo/answers";
import type { Scope, ZuploClient } from "./zuplo/client";
import { unlessGone } from "./zuplo/errors";
import { Inventory } from "./zuplo/inventory";

/** A variable of a branch, and the value it has or had. */
export interface VariableValue {
  branch: string;
  name: string;
  value: string;
}

/** One run of the engine against one Zuplo project: what the resources of the run know in common. */
export class ProjectSession {
  readonly certificates: Inventory<CertificateAnswer>;
  readonly deployments: Inventory<DeploymentAnswer>;
  private readonly writtenVariables = new Map<string, string>();
  private readonly wantedVariables = new Map<string, VariableValue>();
  private readonly held = new Map<string, string>();
  private readonly orphans = new Set<string>();
  private readonly released = new Set<string>();
  private readonly locks = new Map<string, Mutex>();

  constructor(
    readonly client: ZuploClient,
    readonly scope: Scope,
    /** The clock of the session. */
    readonly now: () => number,
  ) {
    this.certificates = new Inventory(
      () => client.listCertificates(scope),
      certificate => certificate.id,
    );
    this.deployments = new Inventory(
      () => client.listDeployments(scope),
      deployment => deployment.name,
    );
  }

  /** A certificate by its id. The list may end early or lag behind: only its own address tells that it is gone. */
  async findCertificate(id: string): Promise<CertificateAnswer | undefined> {
    return (
      (await this.certificates.get(id)) ?? (await unlessGone(this.client.getCertificate(this.scope, id)))
    );
  }

  /** A deployment by its name, in the same way. */
  async findDeployment(name: string): Promise<DeploymentAnswer | undefined> {
    return (await this.deployments.get(name)) ?? (await unlessGone(this.client.getDeployment(name)));
  }

  /** Runs one at a time for each key: read-modify-write of a certificate, redeploys of one deployment. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    let lock = this.locks.get(key);
    if (lock === undefined) {
      lock = new Mutex();
      this.locks.set(key, lock);
    }
    return lock.runExclusive(work);
  }

  /** Remembers the value that this run gave a variable, since the program wants it. */
  noteVariable(variable: VariableValue): void {
    this.writtenVariables.set(keyOf(variable), variable.value);
    this.wantedVariables.set(keyOf(variable), variable);
  }

  /** Remembers the value that a rollback gave a variable. */
  noteRestored(variable: VariableValue): void {
    this.writtenVariables.set(keyOf(variable), variable.value);
  }

  /** The value that this run gave a variable last. */
  written(variable: Omit<VariableValue, "value">): string | undefined {
    return this.writtenVariables.get(keyOf(variable));
  }

  /** The variables to which this run gave one of these values, put back since or not. */
  wantedAs(values: readonly string[]): VariableValue[] {
    return [...this.wantedVariables.values()].filter(({ value }) => values.includes(value));
  }

  /**
   * Keeps a certificate enabled for the rest of the run: a rollback has put it back into service, and disabling it
   * again would let the next push deploy the restored name without its certificate.
   */
  hold(certificateId: string, type: EnvironmentType, deployment: string): void {
    this.held.set(`${certificateId}/${type}`, deployment);
  }

  /**
   * Remembers that a deployment was redeployed after a certificate was disabled for it. The API tells only when a
   * certificate was last changed, which may have been for another environment type, and later.
   */
  noteReleased(certificateId: string, deployment: string): void {
    this.released.add(JSON.stringify([certificateId, deployment]));
  }

  hasReleased(certificateId: string, deployment: string): boolean {
    return this.released.has(JSON.stringify([certificateId, deployment]));
  }

  /**
   * Remembers a certificate that this run found by its name only: a run that was killed left it, and no state knows
   * of it. It goes when its successor's predecessor is deleted.
   */
  noteOrphan(certificateId: string): void {
    this.orphans.add(certificateId);
  }

  hasOrphans(): boolean {
    return this.orphans.size > 0;
  }

  isOrphan(certificateId: string): boolean {
    return this.orphans.has(certificateId);
  }

  /** The deployment whose rollback needs the certificate, if there is one. */
  heldBy(certificateId: string, type: EnvironmentType): string | undefined {
    return this.held.get(`${certificateId}/${type}`);
  }
}

function keyOf({ branch, name }: Omit<VariableValue, "value">): string {
  return JSON.stringify([branch, name]);
}
