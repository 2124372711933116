/** An HTTPS server that asks for a client certificate of the right CA, and tells the caller which one it got. */
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
  /**
   * Whether it insists on a client certificate (the default), answers callers without one as well, as nginx does with
   * `ssl_verify_client optional`, or takes certificates of any authority, too (`optional_no_ca`).
   */
  clientCertificate?: ClientCertificate;
}

export type ClientCertificate = "required" | "optional" | "any";

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
  const { clientCertificate = "required" } = options;
  let requests = 0;
  const server = createServer(
    {
      ...identity,
      ca: [authority.certificate],
      requestCert: true,
      rejectUnauthorized: clientCertificate === "required",
    },
    (request, response) => {
      requests += 1;
      answer(request, response, clientCertificate === "any");
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

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Reading the peer's certificate is slow, and it is the same for all requests of a connection. */
const answers = new WeakMap<object, Answer>();

function answer(request: IncomingMessage, response: ServerResponse, takesAny: boolean): void {
  const socket = request.socket as TLSSocket;
  const known = answers.get(socket) ?? answerTo(socket, takesAny);
  answers.set(socket, known);
  const { status, headers, body } = known;
  request.resume();
  response
    .writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...headers,
    })
    .end(body);
}

/** In the body, and in headers as a proxy such as nginx adds them. */
function answerTo(socket: TLSSocket, takesAny: boolean): Answer {
  const peer = socket.getPeerX509Certificate();
  if (peer === undefined) return { status: 200, headers: {}, body: "{}" };
  if (!socket.authorized && !takesAny) {
    const body = JSON.stringify({ error: "The SSL certificate error" });
    return { status: 400, headers: {}, body };
  }
  const { subject, serialNumber } = peer;
  const fingerprint = peer.fingerprint256.replaceAll(":", "").toLowerCase();
  const parts = subject.split("\n");
  const commonName = parts.find(part => part.startsWith("CN="))?.slice("CN=".length);
  return {
    status: 200,
    headers: {
      "x-client-fingerprint": peer.fingerprint256,
      "x-client-serial": serialNumber,
      // RFC 2253 begins with the last part.
      "x-client-subject": encodeURI([...parts].reverse().join(",")),
    },
    body: JSON.stringify({
      fingerprint,
      serialNumber: serialNumber.toLowerCase(),
      commonName,
      subject: parts.join(", "),
    }),
  };
}
