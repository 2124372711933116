/** The gateway: serves every deployment's running snapshot, each under its name, and calls the backend with mTLS. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { problemBody } from "../api/problem";
import type { Deployment } from "../state/model";
import { forward } from "./forward";
import { routeOf } from "./route";
import { notBound, RunningSnapshot } from "./running";

export interface GatewayOptions {
  host: string;
  port: number;
  /** The variable that names the certificate where the path says nothing else. */
  defaultVariable: string;
  backend: { url: string; caCertificate: string };
}

export interface Gateway {
  url: string;
  /** Serve what the deployment runs with now. */
  serve(deployment: Deployment): void;
  remove(deploymentName: string): void;
  stop(): Promise<void>;
}

interface Served {
  running: RunningSnapshot;
  /** The answer to `/__zuplo/build`. */
  build: string;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const served = new Map<string, Served>();
  const backend = new URL(options.backend.url);
  const hostname = backend.hostname;
  const port = Number(backend.port || 443);

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const route = routeOf(request.url ?? "/");
    const deployment = route && served.get(route.deployment);
    if (!deployment) {
      problem(request, response, 404, "There is no deployment at this address");
      return;
    }
    if (route.to === "build") {
      const headers = { "content-type": "application/json", "cache-control": "no-store" };
      response.writeHead(200, headers).end(deployment.build);
      return;
    }
    const { running } = deployment;
    const variable = route.variable ?? options.defaultVariable;
    // As in the real runtime, a variable that is not set, or is empty, means a request without a certificate.
    const name = running.snapshot.variables[variable] || undefined;
    const headers: Record<string, string> = { "x-zuplo-build": running.snapshot.buildId };
    // A value with a line break would be no header; it is no certificate's name either.
    if (name !== undefined && /^\w+$/.test(name)) headers["x-zuplo-certificate"] = name;
    const agent = agentOf(running, name);
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

  const server = createServer(handle);
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${ownPort}`,
    serve(deployment) {
      const previous = served.get(deployment.name);
      const running = new RunningSnapshot(deployment.snapshot, options.backend.caCertificate);
      served.set(deployment.name, { running, build: buildInfo(deployment) });
      previous?.running.retire();
    },
    remove(name) {
      served.get(name)?.running.retire();
      served.delete(name);
    },
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
        for (const { running } of served.values()) running.retire();
      }),
  };
}

/** TLS itself refuses some certificates that parse, such as one with a key that is too short. */
function agentOf(running: RunningSnapshot, name: string | undefined): Agent | Error | undefined {
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

/** As the real runtime answers. */
export function buildInfo({ name, environmentType, snapshot }: Deployment): string {
  return JSON.stringify({
    buildId: snapshot.buildId,
    zuploVersion: "7.4.5",
    compatibilityDate: "2025-02-06",
    apiVersion: "v1",
    gitSha: createHash("sha1").update(name).digest("hex"),
    timestamp: snapshot.at,
    isProduction: environmentType === "production",
  });
}
