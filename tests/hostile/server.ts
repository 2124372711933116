import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface HostileServer {
  url: string;
  requests: { method: string; url: string; authorization: string | undefined }[];
  /** Bytes that were written so far. */
  sent(): number;
  stop(): Promise<void>;
}

/** A server that answers every request as it likes; with a certificate over TLS. */
export async function startServer(
  answer: Answer,
  tls?: { cert: string; key: string },
): Promise<HostileServer> {
  const requests: HostileServer["requests"] = [];
  const sockets = new Set<{ bytesWritten: number }>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = request;
    requests.push({ method, url, authorization: headers.authorization });
    sockets.add(request.socket);
    request.resume();
    answer(request, response);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    sent: () => [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, 0),
    stop: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers with a body, whole. */
export function body(content: string | Buffer, headers: Record<string, string> = {}, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(content);
  };
}

/** Sends the same chunk again and again, as fast as it is taken, or one each `everyMs`. */
export function endless(chunk: string | Buffer, headers: Record<string, string> = {}, everyMs = 0): Answer {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    let timer: NodeJS.Timeout | undefined;
    const more = () => {
      if (response.destroyed) return;
      if (everyMs > 0) {
        response.write(chunk);
        timer = setTimeout(more, everyMs);
      } else if (response.write(chunk)) setImmediate(more);
      else response.once("drain", more);
    };
    response.once("close", () => clearTimeout(timer));
    more();
  };
}
