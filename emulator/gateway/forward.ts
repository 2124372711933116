/** One request to the backend, over the connections of the snapshot that runs. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Agent, request as httpsRequest } from "node:https";

export interface Target {
  hostname: string;
  port: number;
  agent: Agent;
  path: string;
  /** Added to the answer. */
  headers: Record<string, string>;
}

/** Of one connection, not of the message (RFC 9110, 7.6.1); node sets its own. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "host",
]);

/**
 * @param onFailure called instead of an answer, unless the answer was already begun.
 * @param onEnd called once, when nothing more comes.
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  onFailure: (error: Error) => void,
  onEnd: () => void,
): void {
  const { hostname, port, agent, path } = target;
  const { method } = request;
  const hasBody =
    request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;

  function attempt(): void {
    const upstream = httpsRequest({
      hostname,
      port,
      agent,
      path,
      method,
      headers: endToEnd(request.rawHeaders),
    });
    const abandon = () => upstream.destroy();
    response.once("close", abandon);
    upstream.on("response", answer => {
      response.writeHead(answer.statusCode ?? 502, {
        ...endToEnd(answer.rawHeaders),
        ...target.headers,
      });
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    let failure: Error | undefined;
    upstream.on("error", error => {
      failure = error;
    });
    upstream.on("close", () => {
      response.off("close", abandon);
      // The backend may close a pooled connection just as it is taken: without a body, asking again is safe.
      if (failure && upstream.reusedSocket && !hasBody && !response.headersSent && !response.destroyed) {
        return attempt();
      }
      if (failure) {
        if (response.headersSent) response.destroy();
        else onFailure(failure);
      }
      onEnd();
    });
    if (hasBody) request.pipe(upstream);
    else upstream.end();
  }

  attempt();
}

function endToEnd(rawHeaders: string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    if (HOP_BY_HOP.has(name)) continue;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
