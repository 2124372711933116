import { Mutex } from "async-mutex";
import type { Scope, ZuploClient } from "./api/client";
import { unlessGone, unlessNotFound } from "./api/errors";
import { ListCache } from "./api/listCache";
import type { CertificateResponse, DeploymentResponse } from "./api/responses";
import { showName } from "./certificates/shownName";
import type { ProviderConfig } from "./config";
import type { Program } from "./program/program";
import type { Recorder } from "./record/recorder";
import type { BranchVariable, VariableValue } from "./rotation/branchVariable";
import type { Builds } from "./rotation/builds";
import { Objections } from "./rotation/objections";
import { Preparing } from "./rotation/preparing";
import { Rolls } from "./rotation/rolls";
import { RunLedger } from "./rotation/runLedger";
import { Safety } from "./rotation/safety";
import { Settling } from "./rotation/settling";
import { ownDeploymentOf } from "./rotation/target";
import { type BranchVariables, Variables, valueIn } from "./rotation/variables";
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
  readonly objections: Objections;
  readonly safety: Safety;
  readonly settling: Settling;
  readonly preparing = new Preparing();
  readonly ledger = new RunLedger();
  readonly rolls: Rolls;
  private readonly locks = new Map<string, Mutex>();

  constructor(
    readonly client: ZuploClient,
    readonly scope: Scope,
    readonly run: RunContext,
  ) {
    this.certificates = new ListCache({
      load: async () => {
        const all = await client.listCertificates(scope);
        for (const { name } of all) showName(name);
        return all;
      },
      keyOf: ({ id }) => id,
      changedOn: ({ updatedOn }) => updatedOn,
      find: id => unlessGone(client.getCertificate(scope, id)),
    });
    this.deployments = new ListCache({
      load: () => client.listDeployments(scope),
      keyOf: ({ name }) => name,
    });
    this.variables = new Variables(client, scope, () => this.certificates.list());
    this.objections = new Objections(this);
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
      (await unlessGone(this.client.getCertificate(this.scope, id)))
    );
  }

  /** A deployment by its name, in the same way. */
  async findDeployment(name: string): Promise<DeploymentResponse | undefined> {
    return (
      (await unlessNotFound(this.deployments.get(name))) ??
      (await unlessGone(this.client.getDeployment(name)))
    );
  }

  /** A certificate by its name, as far as the list tells. */
  async certificateNamed(name: string): Promise<CertificateResponse | undefined> {
    return (await this.certificates.list()).find(certificate => certificate.name === name);
  }

  /** The deployment of a branch that is its own, and not a developer's working copy. */
  async deploymentOf(branch: string): Promise<DeploymentResponse | undefined> {
    return ownDeploymentOf(await this.deployments.list(), branch);
  }

  /** When a branch was last deployed, as far as this run knows without a call, ISO 8601. */
  private async deployedOn(branch: string): Promise<string | undefined> {
    const deployments = await this.deployments.known();
    return ownDeploymentOf(deployments, branch)?.updatedOn;
  }

  /** The variables of a branch; undefined where it has no deployment of its own, or they cannot be read. */
  async variablesOf(branch: string): Promise<BranchVariables | undefined> {
    const own = await this.deploymentOf(branch);
    return own && this.variables.of(own);
  }

  /** The value that Zuplo tells of a variable: none at all, where the program says that it is no secret. */
  reportedValue(told: BranchVariables | undefined, place: BranchVariable): string | undefined {
    const value = valueIn(told, place.name);
    const isCertain = value !== "" || this.run.program.variables.isReadable(this.scope.project, place);
    return isCertain ? value : undefined;
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

  /**
   * Remembers the value that this run gave a variable, since the program wants it.
   *
   * @param at when it was set, as Zuplo tells it
   * @param last the one that it had before, where that is known
   */
  async noteVariable(variable: VariableValue, at: string | undefined, last?: string): Promise<void> {
    this.ledger.noteWanted(variable, last, { at, deployedOn: this.deployedOn(variable.branch) });
    this.preparing.note(variable);
    await this.variables.note(variable);
  }
}
