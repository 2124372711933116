/** The emulator within one process, on a given clock: the API without a socket, the gateway without TLS. */
import type { InjectOptions } from "fastify";
import { createKeys } from "./api/keys";
import { createApi } from "./api/server";
import type { World } from "./api/world";
import { type Builds, createBuilds } from "./builds";
import { type ByHand, createByHand } from "./byHand";
import { createEdge, type Edge } from "./edge";
import { createFaults, type Faults } from "./faults";
import { answerOf, type GatewayAnswer } from "./gateway/answer";
import { createJournal, type Journal } from "./journal";
import { createClock } from "./state/clock";
import type { Deployment, Snapshot, State } from "./state/model";
import { createReferences } from "./state/references";
import type { Timing } from "./timing";
import { createTrace, type Trace } from "./trace";

export interface InProcessOptions {
  timing: Timing;
  apiKey?: string;
  /** The API's own address, which nothing listens at; the gateway's is beside it. */
  apiUrl?: string;
  gatewayUrl?: string;
  defaultVariable?: string;
}

/** What a world is like. */
export interface WorldOptions {
  state: State;
  /** How long a redeploy takes; default 250. */
  deployMs?: number;
  /** See builds.ts. */
  reads?: "start" | "end";
  /** Makes ids; default: random ones. */
  newId?: ((kind: "cert" | "build") => string) | undefined;
  /** Whether the backend lets a client certificate in; default: any. */
  accepts?: (fingerprint: string) => boolean;
  /** After a write was applied and before its answer is known. */
  onWritten?: () => void;
  /** After a new snapshot became the running one. */
  onServed?: (deployment: Deployment, previous: Snapshot) => void;
}

export interface ApiRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface InProcess {
  apiUrl: string;
  gatewayUrl: string;
  apiKey: string;
  readonly world: World;
  readonly builds: Builds;
  readonly hands: ByHand;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly edge: Edge;
  readonly trace: Trace;
  /** Goes on with another world, whose builds have all ended; those of the last one never will. */
  begin(options: WorldOptions): void;
  call(request: ApiRequest): Promise<ApiAnswer>;
  /** What the gateway answers to a GET of this URL. */
  answer(url: string): GatewayAnswer;
  stop(): Promise<void>;
}

interface Running {
  builds: Builds;
  hands: ByHand;
  journal: Journal;
  edge: Edge;
  options: WorldOptions;
}

/** Nothing happens by itself in it: builds end when the given clock says so. */
export async function openInProcess(options: InProcessOptions, first: WorldOptions): Promise<InProcess> {
  const { timing, apiKey = "zpka_emulator", defaultVariable = "BACKEND_MTLS_CERT" } = options;
  const apiUrl = options.apiUrl ?? "http://127.0.0.1:1";
  const gatewayUrl = options.gatewayUrl ?? "http://127.0.0.1:2";
  const trace = createTrace(timing);
  const faults = createFaults();
  // The routes keep this one object: setting up an API takes longer than most worlds live.
  const world = { deploymentUrl: deployment => `${gatewayUrl}/${deployment.name}` } as World;
  let running = begin(first);
  const api = createApi({
    world,
    trace,
    faults,
    apiKey,
    timing,
    onWrite() {
      running.journal.written();
      running.options.onWritten?.();
    },
  });
  await api.ready();

  function begin(next: WorldOptions): Running {
    const { state, newId } = next;
    const clock = createClock(
      state.deployments.map(deployment => deployment.updatedOn),
      timing,
    );
    const edge = createEdge(state, timing);
    const journal = createJournal(state, trace, edge, timing);
    const references = createReferences(state, timing);
    const builds = createBuilds({
      state,
      deployMs: next.deployMs ?? 250,
      ...(next.reads === undefined ? {} : { reads: next.reads }),
      ...(newId === undefined ? {} : { newBuildId: () => newId("build") }),
      timing,
      now: clock.now,
      onServed(deployment, previous) {
        const kept = boundBy(deployment.snapshot);
        references.released(
          deployment,
          boundBy(previous).filter(id => !kept.includes(id)),
        );
        edge.takeOn(deployment, previous);
        journal.served(deployment);
        next.onServed?.(deployment, previous);
      },
      onFailed: journal.failed,
      onChange: () => undefined,
    });
    Object.assign(world, {
      state,
      now: clock.now,
      references,
      keys: createKeys(),
      pageLimit: Number.POSITIVE_INFINITY,
      lostAccess: undefined,
      readingVariables: "open",
      buildIdentity: "id",
      statuses: {},
      certificatesLag: undefined,
      workingCopyType: undefined,
      newCertificateId: newId === undefined ? undefined : () => newId("cert"),
      redeploy: deployment => void builds.enqueue(deployment),
      remove: deployment => references.released(deployment, boundBy(deployment.snapshot)),
    } satisfies Partial<World>);
    const hands = createByHand({
      world,
      builds,
      serve: () => undefined,
      onChange: () => undefined,
      newBuildId: newId === undefined ? undefined : () => newId("build"),
    });
    return { builds, hands, journal, edge, options: next };
  }

  return {
    apiUrl,
    gatewayUrl,
    apiKey,
    world,
    faults,
    trace,
    get builds() {
      return running.builds;
    },
    get hands() {
      return running.hands;
    },
    get journal() {
      return running.journal;
    },
    get edge() {
      return running.edge;
    },
    begin(next) {
      running.builds.stop();
      trace.entries.splice(0);
      running = begin(next);
    },
    async call({ method, path, headers, body }) {
      const request: InjectOptions = { method, url: path, headers };
      if (body !== undefined) request.payload = body;
      const answer = await api.inject(request);
      return { status: answer.statusCode, headers: texts(answer.headers), body: answer.body };
    },
    answer: url =>
      answerOf(url, {
        state: world.state,
        gatewayUrl,
        defaultVariable,
        edge: running.edge,
        buildIdentity: world.buildIdentity,
        accepts: running.options.accepts ?? (() => true),
      }),
    stop: () => api.close(),
  };
}

function boundBy({ bindings }: Snapshot): string[] {
  return bindings.map(binding => binding.certificateId);
}

function texts(headers: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
