import type { ZuploClient } from "./api/client";
import { Invalid, unlessGone } from "./api/errors";
import { ListCache } from "./api/listCache";
import type { CaCertificateResponse } from "./api/responses";
import type { Write } from "./api/write";
import type { ConfigProblem, ProviderConfig } from "./config";
import { Program } from "./program/program";
import { ProjectSession } from "./projectSession";
import type { Step } from "./record/entry";
import { FileRecorder, noRecorder, type Recorder } from "./record/recorder";
import { Builds } from "./rotation/builds";
import { type Coded, coded, codeIn } from "./text/codes";
import { quote } from "./text/redact";
import { say } from "./text/vocabulary";

/** What a user is told while a run goes on. */
export interface Logger {
  info(message: Coded): void;
  warn(message: Coded): void;
  /** What stays at Zuplo although it was to go, where an engine that shows no `info` has to show it. */
  left?(message: Coded): void;
  /** What is being done now for the resource at hand, in a few words; nothing is kept of it. */
  progress?(doing: string): void;
}

/** The engine for which a run works. */
export interface Engine {
  /** Whether it is still there: without it, nobody learns what a run does, and the next one may have begun. */
  isAlive(): Promise<boolean>;
}

const unwatched: Engine = { isAlive: async () => true };

/** One run of the engine against one Zuplo account. */
export interface AccountSession {
  client: ZuploClient;
  account: string;
  caCertificates: ListCache<CaCertificateResponse>;
}

/** What a run needs besides its configuration. */
export interface SessionOptions {
  log: Logger;
  signal?: AbortSignal | undefined;
  /** See `Session.now`; that of the machine by default. */
  now?: (() => number) | undefined;
  /** See `Session.configProblems`. */
  problems?: readonly ConfigProblem[];
  engine?: Engine | undefined;
}

/** One run of the engine: the configuration, the clock, and the projects that were touched so far. */
export class Session {
  private client: ZuploClient | undefined;
  private account: Promise<string | undefined> | undefined;
  private readonly projects = new Map<string, ProjectSession>();
  private readonly accounts = new Map<string, AccountSession>();
  /** What the program of this run wants, as far as it was checked. */
  readonly program = new Program();
  /** What the builds of deployments have bound, as this run and the states tell. */
  readonly builds = new Builds();
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly recorder: Recorder;
  readonly log: Logger;

  readonly signal: AbortSignal | undefined;
  /**
   * The clock, in milliseconds since 1970: the only one. How long something takes is measured by performance.now(), which
   * does not jump when the clock is set.
   */
  readonly now: () => number;
  /** Settings that cannot be used; every check reports them. */
  readonly configProblems: readonly ConfigProblem[];
  readonly engine: Engine;

  constructor(
    readonly config: ProviderConfig,
    { log, signal, now = Date.now, problems = [], engine = unwatched }: SessionOptions,
  ) {
    this.signal = signal;
    this.now = now;
    this.configProblems = problems;
    this.engine = engine;
    this.startedAt = now();
    const { record } = config;
    this.recorder =
      record === undefined
        ? noRecorder
        : new FileRecorder(record, now, problem =>
            log.warn(
              coded("ZUPLO1008", `The record '${quote(record)}' cannot be written: ${quote(problem)}.`),
            ),
          );
    this.log = record === undefined ? log : recordingLogger(log, this.recorder);
  }

  /** The project of a resource: its own `account` and `project`, else the configured ones, else the key's account. */
  async project(resource: HomeProject): Promise<ProjectSession> {
    requireNames(resource);
    const project = resource.project ?? this.config.project;
    if (project === undefined) throw missing("project", `${say.set("project")} (or ZUPLO_PROJECT)`);
    const { client, account } = await this.accountOf(resource);
    const key = JSON.stringify([account, project]);
    const known = this.projects.get(key) ?? new ProjectSession(client, { account, project }, this);
    this.projects.set(key, known);
    return known;
  }

  /** The account of a resource: its own, else the configured one, else that of the key. */
  async accountOf(resource: { account?: string | undefined }): Promise<AccountSession> {
    requireNames(resource);
    const client = this.connect();
    const account = resource.account ?? this.config.account ?? (await this.accountOfKey(client));
    if (account === undefined) throw missing("account", `${say.set("account")} (or ZUPLO_ACCOUNT)`);
    const known = this.accounts.get(account) ?? {
      client,
      account,
      caCertificates: new ListCache<CaCertificateResponse>({
        load: () => client.listCaCertificates(account),
        keyOf: ({ id }) => id,
        changedOn: ({ updatedOn }) => updatedOn,
        find: id => unlessGone(client.getCaCertificate(account, id)),
      }),
    };
    this.accounts.set(account, known);
    return known;
  }

  /**
   * The project in which a resource lives, before something is written there. Where only the key tells the account, it
   * has to be the one of the state still: with another key, a resource would seem to be gone.
   */
  async projectOf(state: HomeProject, isAccountGiven: boolean): Promise<ProjectSession> {
    await this.requireAccount(state, isAccountGiven);
    return this.project(state);
  }

  /** See `projectOf`. */
  async requireAccount({ account }: HomeProject, isAccountGiven: boolean): Promise<void> {
    if (isAccountGiven || this.config.account !== undefined || account === undefined) return;
    const own = await this.accountOfKey(this.connect());
    if (own === undefined || own === account) return;
    throw new Invalid({
      operation: { verb: "find", resource: "account", name: account },
      problem: `the API key belongs to account '${quote(own)}', but the resource is in this one`,
      advice: `Use a key of that account, or set ${say.setting("account")} (or ZUPLO_ACCOUNT).`,
      code: "ZUPLO1001",
    });
  }

  private connect(): ZuploClient {
    const { apiKey, endpoint, callTimeout } = this.config;
    const problem = this.configProblems.find(({ name }) => keyProblems.has(name));
    if (problem !== undefined) throw unusable(problem);
    if (apiKey === undefined) {
      throw missing("API key", `${say.set("apiKey")} (or ZUPLO_API_KEY)`);
    }
    if (this.client === undefined) {
      // Loaded with the first call: a run with nothing to do makes none.
      const { ZuploClient } = require("./api/client") as typeof import("./api/client");
      const options = { endpoint, apiKey, callTimeoutMs: callTimeout * 1000 };
      const onWrite = (write: Write) => this.recorder.record(this.withFingerprint(write));
      const isRecorded = this.config.record !== undefined;
      this.client = new ZuploClient(options, this.signal, this.engine, isRecorded ? onWrite : undefined);
    }
    return this.client;
  }

  /** Zuplo itself tells no fingerprint: it is that of the certificate which this run knows by the name. */
  private withFingerprint(write: Write): Step {
    if (!("certificate" in write)) return write;
    const { certificate } = write;
    return {
      ...write,
      certificate: { ...certificate, ...this.program.certificates.fingerprintOf(certificate.name) },
    };
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

/** The same, with what a user is told in the record, too. */
function recordingLogger(log: Logger, recorder: Recorder): Logger {
  const progress = log.progress?.bind(log);
  const record = (level: "info" | "warning", message: Coded) =>
    recorder.record({ step: "message", level, ...codeIn(message) });
  return {
    info(message) {
      record("info", message);
      log.info(message);
    },
    warn(message) {
      record("warning", message);
      log.warn(message);
    },
    left(message) {
      record("info", message);
      if (log.left === undefined) log.info(message);
      else log.left(message);
    },
    ...(progress === undefined ? {} : { progress }),
  };
}

/** Where a resource is, or is to be. */
export interface HomeProject {
  account?: string | undefined;
  project?: string | undefined;
}

/** Arguments are validated; a state may have been edited by hand. */
function requireNames(resource: { account?: unknown; project?: unknown }): void {
  for (const key of ["account", "project"] as const) {
    if (["string", "undefined"].includes(typeof resource[key])) continue;
    throw new Invalid({
      operation: { verb: "find", resource: key },
      problem: "its name in the state is not a string",
      advice: `${say.editState}.`,
      code: "ZUPLO1903",
    });
  }
}

/** Settings with which the key is not sent, whatever a check that nobody made would have said. */
const keyProblems = new Set<ConfigProblem["name"]>(["apiKey", "NODE_DEBUG", "DEBUG"]);

function unusable({ setting, reason, code }: ConfigProblem): Invalid {
  return new Invalid({
    operation: { verb: "configure", resource: "provider", name: "zuplo" },
    problem: `${setting} ${reason}`,
    advice: "Correct it in the provider's settings or in the environment, and run the same command again.",
    code,
  });
}

function missing(what: string, command: string): Invalid {
  const operation = { verb: "configure", resource: "provider", name: "zuplo" };
  return new Invalid({
    operation,
    problem: `the Zuplo ${what} is not set`,
    advice: `Set it: ${command}.`,
    code: "ZUPLO1004",
  });
}
