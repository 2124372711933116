/** What the gateway would answer, computed from what runs: no socket, no TLS. */
import { problemBody } from "../api/problem";
import type { BuildIdentity } from "../api/world";
import type { Edge } from "../edge";
import { certificateInfo, fingerprintOf } from "../pem";
import type { State } from "../state/model";
import { buildInfo } from "./buildInfo";
import { routeOf } from "./route";
import { bindingsOf, certificateFor, notBound } from "./running";

export interface GatewayAnswer {
  status: number;
  body: string;
}

export interface AnswerOptions {
  state: State;
  /** Before the names of the deployments, without a slash at the end. */
  gatewayUrl: string;
  defaultVariable: string;
  edge: Edge;
  buildIdentity?: BuildIdentity | undefined;
  /** Whether the backend lets a client certificate in, by its fingerprint. */
  accepts(fingerprint: string): boolean;
}

/**
 * As the real runtime: a variable that is not set means a request without any certificate, which a backend that does
 * not insist answers; a name that is not bound is an error at run time.
 */
export function answerOf(url: string, options: AnswerOptions): GatewayAnswer {
  const { state, gatewayUrl, defaultVariable, edge, accepts } = options;
  const route = url.startsWith(`${gatewayUrl}/`) ? routeOf(url.slice(gatewayUrl.length)) : undefined;
  const deployment = state.deployments.find(candidate => candidate.name === route?.deployment);
  const problem = (status: number, detail: string) => ({ status, body: problemBody(status, detail, url) });
  if (!route || !deployment) return problem(404, "There is no deployment at this address");
  // Each call is a connection of its own.
  const snapshot = edge.snapshotAt(edge.nextLocation(), deployment);
  if (route.to === "build") {
    const info = buildInfo(deployment, snapshot, options.buildIdentity);
    return info === undefined ? problem(404, "There is no such route") : { status: 200, body: info };
  }
  const name = certificateFor(snapshot, route.variable, defaultVariable);
  if (!name) return { status: 200, body: "{}" };
  const binding = bindingsOf(snapshot).get(name);
  if (!binding || !edge.has(binding.certificateId)) return problem(500, notBound(name));
  const fingerprint = fingerprintOf(binding.certificate);
  if (!accepts(fingerprint)) return problem(502, "The backend refused the client certificate");
  const { serialNumber, subject } = certificateInfo(binding.certificate);
  return {
    status: 200,
    body: JSON.stringify({ fingerprint, serialNumber, subject: subject.replaceAll("\n", ", ") }),
  };
}
