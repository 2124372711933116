/** What the gateway would answer, computed from what runs: no socket, no TLS. */
import { problemBody } from "../api/problem";
import { certificateInfo, fingerprintOf } from "../pem";
import type { State } from "../state/model";
import { routeOf } from "./route";
import { bindingsOf, notBound } from "./running";
import { buildInfo } from "./server";

export interface GatewayAnswer {
  status: number;
  body: string;
}

export interface AnswerOptions {
  state: State;
  /** Before the names of the deployments, without a slash at the end. */
  gatewayUrl: string;
  defaultVariable: string;
  /** Whether the backend lets a client certificate in, by its fingerprint. */
  accepts(fingerprint: string): boolean;
}

/**
 * As the real runtime: a variable that is not set means a request without any certificate, which a backend that does
 * not insist answers; a name that is not bound is an error at run time.
 */
export function answerOf(url: string, options: AnswerOptions): GatewayAnswer {
  const { state, gatewayUrl, defaultVariable, accepts } = options;
  const route = url.startsWith(`${gatewayUrl}/`) ? routeOf(url.slice(gatewayUrl.length)) : undefined;
  const deployment = state.deployments.find(candidate => candidate.name === route?.deployment);
  const problem = (status: number, detail: string) => ({ status, body: problemBody(status, detail, url) });
  if (!route || !deployment) return problem(404, "There is no deployment at this address");
  if (route.to === "build") return { status: 200, body: buildInfo(deployment) };
  const name = deployment.snapshot.variables[route.variable ?? defaultVariable];
  if (!name) return { status: 200, body: "{}" };
  const binding = bindingsOf(deployment.snapshot).get(name);
  if (!binding) return problem(500, notBound(name));
  const fingerprint = fingerprintOf(binding.certificate);
  if (!accepts(fingerprint)) return problem(502, "The backend refused the client certificate");
  const { serialNumber, subject } = certificateInfo(binding.certificate);
  return {
    status: 200,
    body: JSON.stringify({ fingerprint, serialNumber, subject: subject.replaceAll("\n", ", ") }),
  };
}
