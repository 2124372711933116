/** The gateway: serves every deployment's running snapshot, each under its name, and calls the backend with mTLS. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Agent } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { problemBody } from "../api/problem";
import type { BuildIdentity } from "../api/world";
import type { Edge } from "../edge";
import type { Deployment, Snapshot } from "../state/model";
import { buildInfo } from "./buildInfo";
import { forward } from "./forward";
import { routeOf } from "./route";
import { certificateFor, notBound, RunningSnapshot } from "./running";

export interface GatewayOptions {
  host: string;
  port: number;
  /** The variable that names the certificate where the path says nothing else. */
  defaultVariable: string;
  backend: { url: string; caCertificate: string };
  edge: Edge;
}

export interface Gateway {
  url: string;
  /** Serve what the deployment runs with now. */
  serve(deployment: Deployment): void;
  remove(deploymentName: string): void;
  /** From now on this tells one build from another. */
  identifyBuildsBy(identity: BuildIdentity): void;
  stop(): Promise<void>;
}

interface Served {
  deployment: Deployment;
  /** The newest one, and those before it that a location may still serve. */
  running: Map<Snapshot, RunningSnapshot>;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const served = new Map<string, Served>();
  const backend = new URL(options.backend.url);
  const hostname = backend.hostname;
  const port = Number(backend.port || 443);
  const { edge } = options;
  const locations = new WeakMap<Socket, number>();
  const timers = new Set<NodeJS.Timeout>();
  let identity: BuildIdentity = "id";

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const route = routeOf(request.url ?? "/");
    const found = route && served.get(route.deployment);
    if (!found) {
      problem(request, response, 404, "There is no deployment at this address");
      return;
    }
    const { deployment } = found;
    const snapshot = edge.snapshotAt(locations.get(request.socket) ?? 0, deployment);
    if (route.to === "build") {
      tellBuild(request, response, buildInfo(deployment, snapshot, identity));
      return;
    }
    const running = runningOf(found, snapshot);
    const name = certificateFor(running.snapshot, route.variable, options.defaultVariable);
    const headers: Record<string, string> = { "x-zuplo-build": running.snapshot.buildId };
    // A value with a line break would be no header; it is no certificate's name either.
    if (name !== undefined && /^\w+$/.test(name)) headers["x-zuplo-certificate"] = name;
    const agent = agentOf(running, name, edge);
    if (agent instanceof Error) {
      const detail = `mTLS certificate '${name}' cannot be used: ${agent.message}`;
      problem(request, response, 502, detail, headers);
      return;
    }
    if (!agent) {
      problem(request, response, 500, notBound(name ?? ""), headers);
      return;
    }
    running.begin();
    forward(
      request,
      response,
      { hostname, port, agent, path: route.path, headers },
      error => problem(request, response, 502, `The backend could not be reached: ${error.message}`, headers),
      () => running.end(),
    );
  }

  function runningOf({ running }: Served, snapshot: Snapshot): RunningSnapshot {
    const known = running.get(snapshot);
    if (known) return known;
    const begun = new RunningSnapshot(snapshot, options.backend.caCertificate);
    running.set(snapshot, begun);
    return begun;
  }

  /** What no location serves any longer. */
  function retire({ running }: Served, isOld: (snapshot: Snapshot) => boolean): void {
    for (const [snapshot, old] of running) {
      if (!isOld(snapshot)) continue;
      old.retire();
      running.delete(snapshot);
    }
  }

  const server = createServer(handle);
  server.on("connection", socket => locations.set(socket, edge.nextLocation()));
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${ownPort}`,
    serve(deployment) {
      const found = served.get(deployment.name) ?? { deployment, running: new Map() };
      served.set(deployment.name, { ...found, deployment });
      const { snapshot } = deployment;
      const old = [...found.running.keys()].filter(earlier => earlier !== snapshot);
      runningOf(found, snapshot);
      if (edge.lagMs === 0) return retire(found, each => old.includes(each));
      const timer = setTimeout(() => {
        timers.delete(timer);
        retire(found, each => old.includes(each));
      }, edge.lagMs);
      timers.add(timer);
    },
    remove(name) {
      const found = served.get(name);
      if (found) retire(found, () => true);
      served.delete(name);
    },
    identifyBuildsBy(next) {
      identity = next;
    },
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
        for (const timer of timers) clearTimeout(timer);
        for (const each of served.values()) retire(each, () => true);
      }),
  };
}

function tellBuild(request: IncomingMessage, response: ServerResponse, info: string | undefined): void {
  if (info === undefined) {
    problem(request, response, 404, "There is no such route");
    return;
  }
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  response.writeHead(200, headers).end(info);
}

/** TLS itself refuses some certificates that parse, such as one with a key that is too short. */
function agentOf(
  running: RunningSnapshot,
  name: string | undefined,
  edge: Pick<Edge, "has">,
): Agent | Error | undefined {
  const bound = running.snapshot.bindings.find(binding => binding.name === name);
  if (bound !== undefined && !edge.has(bound.certificateId)) return undefined;
  try {
    return running.agentFor(name);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function problem(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
): void {
  request.resume();
  response
    .writeHead(status, { ...headers, "content-type": "application/problem+json" })
    .end(problemBody(status, detail, request.url ?? "/"));
}
