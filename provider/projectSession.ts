import { Mutex } from "async-mutex";
import type { Scope, ZuploClient } from "./api/client";
import { unlessNotFound } from "./api/errors";
import { ListCache } from "./api/listCache";
import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "./api/responses";
import type { ProviderConfig } from "./config";
import type { Program, VariableValue } from "./program";
import type { Recorder } from "./record/recorder";
import type { Builds } from "./rotation/builds";
import { Preparing } from "./rotation/preparing";
import { Rolls } from "./rotation/rolls";
import { Safety } from "./rotation/safety";
import { Settling } from "./rotation/settling";
import { type BranchVariables, Variables } from "./rotation/variables";
import type { Engine, Logger } from "./session";

/** What a project shares with the run that works at it. */
export interface RunContext {
  config: Pick<ProviderConfig, "settleMs">;
  /** The clock of the session. */
  now(): number;
  /** When the run began, as that clock tells. */
  startedAt: number;
  log: Logger;
  recorder: Recorder;
  program: Program;
  builds: Builds;
  engine: Engine;
  signal?: AbortSignal | undefined;
}

/** One run of the engine against one Zuplo project: what the resources of the run know in common. */
export class ProjectSession {
  readonly certificates: ListCache<CertificateResponse>;
  readonly deployments: ListCache<DeploymentResponse>;
  readonly variables: Variables;
  readonly safety: Safety;
  readonly settling: Settling;
  readonly preparing = new Preparing();
  readonly rolls: Rolls;
  private readonly wantedVariables = new Map<string, VariableValue>();
  private readonly valuesBefore = new Map<string, string>();
  private readonly held = new Map<string, string>();
  private readonly waysBack = new Map<string, readonly string[]>();
  private readonly ownIds = new Set<string>();
  private readonly locks = new Map<string, Mutex>();

  constructor(
    readonly client: ZuploClient,
    readonly scope: Scope,
    readonly run: RunContext,
  ) {
    this.certificates = new ListCache(
      () => client.listCertificates(scope),
      certificate => certificate.id,
    );
    this.deployments = new ListCache(
      () => client.listDeployments(scope),
      deployment => deployment.name,
    );
    this.variables = new Variables(client, scope);
    this.safety = new Safety(this);
    this.settling = new Settling(this);
    this.rolls = new Rolls(this);
  }

  get builds(): Builds {
    return this.run.builds;
  }

  /** A certificate by its id. The list may end early or lag behind: its own address is asked before it counts as gone. */
  async findCertificate(id: string): Promise<CertificateResponse | undefined> {
    return (
      (await unlessNotFound(this.certificates.get(id))) ??
      (await unlessNotFound(this.client.getCertificate(this.scope, id)))
    );
  }

  /** A deployment by its name, in the same way. */
  async findDeployment(name: string): Promise<DeploymentResponse | undefined> {
    return (
      (await unlessNotFound(this.deployments.get(name))) ??
      (await unlessNotFound(this.client.getDeployment(name)))
    );
  }

  /** The deployment of a branch that is its own, and not a developer's working copy. */
  async deploymentOf(branch: string): Promise<DeploymentResponse | undefined> {
    const deployments = await this.deployments.list();
    return deployments.find(({ branchName, isWorkingCopy }) => branchName === branch && !isWorkingCopy);
  }

  /** The variables of a branch; undefined where it has no deployment of its own, or they cannot be read. */
  async variablesOf(branch: string): Promise<BranchVariables | undefined> {
    const own = await this.deploymentOf(branch);
    return own && this.variables.of(own);
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
  async noteVariable(variable: VariableValue): Promise<void> {
    this.wantedVariables.set(keyOf(variable), variable);
    this.preparing.note(variable);
    await this.variables.note(variable);
  }

  /** The variables to which this run gave one of these values, put back since or not. */
  wantedAs(values: readonly string[]): VariableValue[] {
    return [...this.wantedVariables.values()].filter(({ value }) => values.includes(value));
  }

  /** Remembers the value that a variable had when this run took it over. */
  noteValueBefore(variable: VariableValue): void {
    this.valuesBefore.set(keyOf(variable), variable.value);
  }

  valueBefore(variable: Omit<VariableValue, "value">): string | undefined {
    return this.valuesBefore.get(keyOf(variable));
  }

  /** Remembers a certificate that no state has, and of which is known that earlier runs made it. */
  noteOwn({ id }: Pick<CertificateResponse, "id">): void {
    this.ownIds.add(id);
  }

  isOwn({ id }: Pick<CertificateResponse, "id">): boolean {
    return this.ownIds.has(id);
  }

  /** While a roll is under way, the certificates that it may go back to stay, although nothing names them. */
  async withWayBack<T>(deployment: string, names: readonly string[], work: () => Promise<T>): Promise<T> {
    this.waysBack.set(deployment, names);
    try {
      return await work();
    } finally {
      this.waysBack.delete(deployment);
    }
  }

  /** The deployment whose roll may still go back to a certificate, if there is one. */
  rollingFrom(name: string): string | undefined {
    return [...this.waysBack].find(([, names]) => names.includes(name))?.[0];
  }

  /**
   * Keeps a certificate enabled for the rest of the run: a rollback has put it back into service, and disabling it
   * again would let the next push deploy the restored name without its certificate.
   */
  hold(certificateId: string, type: EnvironmentType, deployment: string): void {
    this.held.set(`${certificateId}/${type}`, deployment);
  }

  /** The deployment whose rollback needs the certificate, if there is one. */
  heldBy(certificateId: string, type: EnvironmentType): string | undefined {
    return this.held.get(`${certificateId}/${type}`);
  }
}

function keyOf({ branch, name }: Omit<VariableValue, "value">): string {
  return JSON.stringify([branch, name]);
}
