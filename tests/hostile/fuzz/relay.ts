import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Emulator } from "../../../emulator";
import { body, endless, startServer } from "../server";
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
  const reply = (request: IncomingMessage, response: ServerResponse, of: Side, answer: Bytes) => {
    const isHit = hit !== undefined && of === hit.of && answers[of] === hit.at;
    answers[of] += 1;
    const { status, headers, body: bytes, isEndless } = isHit ? mutated(answer, hit.mutation) : answer;
    const send = isEndless === true ? endless(bytes, headers) : body(bytes, headers, status);
    send(request, response);
  };
  const server = await startServer((request, response) => {
    const of = request.url?.startsWith("/v1/") ? "api" : "gateway";
    const target = of === "api" ? emulator.apiUrl : emulator.gatewayUrl;
    forward(request, target, answer => {
      const changed = Buffer.from(answer.body.toString("utf8").replaceAll(emulator.gatewayUrl, server.url));
      reply(request, response, of, { ...answer, body: changed });
    });
  });
  const backend = await startServer(
    (request, response) =>
      reply(request, response, "backend", {
        status: 200,
        headers: { "content-type": "application/json" },
        body: Buffer.from('{"status":"ok"}'),
      }),
    tls,
  );
  return {
    url: server.url,
    backendUrl: `${backend.url}/`,
    answers,
    stop: async () => {
      await Promise.all([server.stop(), backend.stop()]);
    },
  };
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
