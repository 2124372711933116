/** An HTTPS server that lets in whoever has a client certificate of the right CA, and tells the caller which one it was. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Authority, createAuthority } from "./pki";

export interface BackendOptions {
  /** Issues the server's certificate; clients' certificates are accepted from it too. Default: a new one. */
  authority?: Authority;
  /** Default 0: a free one. */
  port?: number;
}

export interface Backend {
  url: string;
  /** PEM, for callers to verify the server with. */
  caCertificate: string;
  authority: Authority;
  /** How many requests were answered so far. */
  readonly requests: number;
  /** From now on accept clients of these CAs only (PEM each). Idle connections are closed, so that it shows at once. */
  setClientAuthorities(pems: string[]): void;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  const authority = options.authority ?? (await createAuthority({ commonName: "Backend CA" }));
  const own = await authority.issue({
    commonName: "localhost",
    dnsNames: ["localhost"],
    ipAddresses: [HOST],
    extendedKeyUsage: ["serverAuth"],
  });
  const identity = { cert: own.chain, key: own.privateKey };
  let requests = 0;
  const server = createServer(
    { ...identity, ca: [authority.certificate], requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      requests += 1;
      answer(request, response);
    },
  );
  // Longer than any pause of a caller: a pooled connection that the server closes under a request looks like an outage.
  server.keepAliveTimeout = 600_000;
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${HOST}:${port}`,
    caCertificate: authority.certificate,
    authority,
    get requests() {
      return requests;
    },
    setClientAuthorities(pems) {
      server.setSecureContext({ ...identity, ca: pems });
      server.closeIdleConnections();
    },
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close(error => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** Reading the peer's certificate is slow, and it is the same for all requests of a connection. */
const answers = new WeakMap<object, string>();

function answer(request: IncomingMessage, response: ServerResponse): void {
  const socket = request.socket as TLSSocket;
  let body = answers.get(socket);
  if (body === undefined) {
    const peer = socket.getPeerCertificate();
    body = JSON.stringify({
      fingerprint: peer.fingerprint256.replaceAll(":", "").toLowerCase(),
      serialNumber: peer.serialNumber.toLowerCase(),
      commonName: peer.subject.CN,
    });
    answers.set(socket, body);
  }
  request.resume();
  response
    .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body);
}
