import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../../../emulator";
import { type Bytes, type Mutation, mutated } from "./mutation";

/** Whose answer it is. */
export type Side = "api" | "gateway" | "backend";

export interface Relay {
  url: string;
  /** Where a preflight finds the backend. */
  backendUrl: string;
  /** How many answers there were. */
  answers: Record<Side, number>;
  stop(): Promise<void>;
}

/** Which answer is changed, and how. */
export interface Hit {
  of: Side;
  /** Its number, from 0. */
  at: number;
  mutation: Mutation;
}

/** Stands between a client and an emulator, its API and its gateway, and for the backend; changes one answer. */
export async function startRelay(
  emulator: Emulator,
  tls: { cert: string; key: string },
  hit?: Hit,
): Promise<Relay> {
  const answers: Record<Side, number> = { api: 0, gateway: 0, backend: 0 };
  let url = "";
  const reply = (response: ServerResponse, of: Side, answer: Bytes) => {
    const isHit = hit !== undefined && of === hit.of && answers[of] === hit.at;
    answers[of] += 1;
    send(response, isHit ? mutated(answer, hit.mutation) : answer);
  };
  const server = http.createServer((request, response) => {
    const of = request.url?.startsWith("/v1/") ? "api" : "gateway";
    const target = of === "api" ? emulator.apiUrl : emulator.gatewayUrl;
    forward(request, target, answer => {
      const body = Buffer.from(answer.body.toString("utf8").replaceAll(emulator.gatewayUrl, url));
      reply(response, of, { ...answer, body });
    });
  });
  const backend = https.createServer(
    { ...tls, requestCert: true, rejectUnauthorized: false },
    (_, response) =>
      reply(response, "backend", {
        status: 200,
        headers: { "content-type": "application/json" },
        body: Buffer.from('{"status":"ok"}'),
      }),
  );
  url = `http://127.0.0.1:${await listen(server)}`;
  const backendUrl = `https://127.0.0.1:${await listen(backend)}/`;
  return {
    url,
    backendUrl,
    answers,
    stop: async () => {
      await Promise.all([server, backend].map(close));
    },
  };
}

async function listen(server: http.Server | https.Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function close(server: http.Server | https.Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}

function forward(request: IncomingMessage, target: string, then: (answer: Bytes) => void): void {
  const { method, url = "", headers } = request;
  const onward = http.request(
    `${target}${url}`,
    { method, headers: { ...headers, host: new URL(target).host }, agent: false },
    answer => {
      const chunks: Buffer[] = [];
      answer.on("data", chunk => chunks.push(chunk));
      answer.on("end", () => {
        const type = answer.headers["content-type"];
        then({
          status: answer.statusCode ?? 502,
          headers: type === undefined ? {} : { "content-type": type },
          body: Buffer.concat(chunks),
        });
      });
    },
  );
  onward.on("error", () => request.socket.destroy());
  request.pipe(onward);
}

function send(response: ServerResponse, { status, headers, body, isEndless }: Bytes): void {
  response.writeHead(status, headers);
  if (isEndless !== true) return void response.end(body);
  const more = () => {
    if (response.destroyed) return;
    if (response.write(body)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
}
