import { Mutex } from "async-mutex";
import type { ConfigProblem, ProviderConfig } from "./config";
import type {
  CaCertificateAnswer,
  CertificateAnswer,
  DeploymentAnswer,
  EnvironmentType,
} from "./zuplo/answers";
import type { Scope, ZuploClient } from "./zuplo/client";
import { Invalid, unlessGone } from "./zuplo/errors";
import { Inventory } from "./zuplo/inventory";

/** What a user is told while a run goes on. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

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

/** One run of the engine against one Zuplo account. */
export interface AccountSession {
  client: ZuploClient;
  account: string;
  caCertificates: Inventory<CaCertificateAnswer>;
}

/** One run of the engine: the configuration, the clock, and the projects that were touched so far. */
export class Session {
  private client: ZuploClient | undefined;
  private account: Promise<string | undefined> | undefined;
  private readonly projects = new Map<string, ProjectSession>();
  private readonly accounts = new Map<string, AccountSession>();
  private readonly leftVariables = new Map<string, string>();

  constructor(
    readonly config: ProviderConfig,
    readonly log: Logger,
    readonly signal: AbortSignal | undefined = undefined,
    /**
     * The clock, in milliseconds since 1970: the only one. How long something takes is measured by performance.now(),
     * which does not jump when the clock is set.
     */
    readonly now: () => number = Date.now,
    /** Settings that cannot be used; every check reports them. */
    readonly configProblems: readonly ConfigProblem[] = [],
  ) {}

  /** The project of a resource: its own `account` and `project`, else the configured ones, else the key's account. */
  async project(resource: {
    account?: string | undefined;
    project?: string | undefined;
  }): Promise<ProjectSession> {
    requireNames(resource);
    const project = resource.project ?? this.config.project;
    if (project === undefined)
      throw missing("project", "pulumi config set zuplo:project NAME (or ZUPLO_PROJECT)");
    const { client, account } = await this.accountOf(resource);
    const key = JSON.stringify([account, project]);
    const known = this.projects.get(key) ?? new ProjectSession(client, { account, project }, this.now);
    this.projects.set(key, known);
    return known;
  }

  /** The account of a resource: its own, else the configured one, else that of the key. */
  async accountOf(resource: { account?: string | undefined }): Promise<AccountSession> {
    requireNames(resource);
    const client = this.connect();
    const account = resource.account ?? this.config.account ?? (await this.accountOfKey(client));
    if (account === undefined)
      throw missing("account", "pulumi config set zuplo:account NAME (or ZUPLO_ACCOUNT)");
    const known = this.accounts.get(account) ?? {
      client,
      account,
      caCertificates: new Inventory(
        () => client.listCaCertificates(account),
        (certificate: CaCertificateAnswer) => certificate.id,
      ),
    };
    this.accounts.set(account, known);
    return known;
  }

  /** Remembers a variable that is left at Zuplo although its resource is deleted. */
  noteLeftVariable(branch: string, name: string, value: string): void {
    this.leftVariables.set(`${branch}/${name}`, value);
  }

  /** The variables that were left with this value, as `branch/NAME`. */
  leftVariablesOf(value: string): string[] {
    return [...this.leftVariables].filter(([, left]) => left === value).map(([place]) => place);
  }

  private connect(): ZuploClient {
    const { apiKey, endpoint, callTimeout } = this.config;
    if (apiKey === undefined) {
      throw missing("API key", "pulumi config set --secret zuplo:apiKey KEY (or ZUPLO_API_KEY)");
    }
    if (this.client === undefined) {
      // Loaded with the first call: a run with nothing to do makes none.
      const { ZuploClient } = require("./zuplo/client") as typeof import("./zuplo/client");
      const options = { endpoint, apiKey, callTimeoutMs: callTimeout * 1000 };
      this.client = new ZuploClient(options, this.signal);
    }
    return this.client;
  }

  private accountOfKey(client: ZuploClient): Promise<string | undefined> {
    if (this.account === undefined) {
      this.account = client.whoAmI();
      this.account.catch(() => {
        this.account = undefined;
      });
    }
    return this.account;
  }
}

/** Arguments are validated; a state may have been edited by hand. */
function requireNames(resource: { account?: unknown; project?: unknown }): void {
  for (const key of ["account", "project"] as const) {
    if (["string", "undefined"].includes(typeof resource[key])) continue;
    throw new Invalid({
      operation: { verb: "find", resource: key },
      problem: "its name is no text",
      advice: "Correct the state: export it with `pulumi stack export`, and import it again.",
    });
  }
}

function missing(what: string, command: string): Invalid {
  const operation = { verb: "configure", resource: "provider", name: "zuplo" };
  return new Invalid({ operation, problem: `the Zuplo ${what} is not set`, advice: `Set it: ${command}.` });
}
