import http from "node:http";
import https from "node:https";
import type { z } from "zod";
import { buildFailureResponse, buildResponse } from "../api/responses";
import { ProbeFailed, probe } from "../probe";
import { quote } from "../text/redact";
import type { Secret } from "../text/secret";

/** Most bytes of a gateway's answer that are read; of a longer one the status counts all the same. */
const maxAnswerBytes = 1024 * 1024;

export interface GatewayAnswer {
  /** HTTP status; undefined where there was no answer. */
  status?: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Why there was no answer. */
  failure?: string;
}

/** What is asked, where that is more than a GET. */
export interface Question {
  method?: string | undefined;
  headers?: Readonly<Record<string, Secret>> | undefined;
}

/** One request through the gateway on a connection of its own: a kept-alive one would go on with the old build. */
export async function request(
  url: string,
  timeoutMs: number,
  signal?: AbortSignal,
  { method, headers }: Question = {},
): Promise<GatewayAnswer> {
  try {
    return await probe(url, {
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      httpAgent: new http.Agent({ keepAlive: false }),
      // The default, which NODE_TLS_REJECT_UNAUTHORIZED changes: anybody could say that a build works.
      httpsAgent: new https.Agent({ keepAlive: false, rejectUnauthorized: true }),
      timeoutMs,
      maxBytes: maxAnswerBytes,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ProbeFailed)) throw error;
    return { headers: {}, body: "", failure: error.code ?? "connection failed" };
  }
}

/** What the gateway says of the build it serves. */
export interface ServedBuild {
  buildId?: string;
  /** When it was made: later than that of a build before it. */
  timestamp?: number;
  /** The commit of its sources. */
  gitSha?: string;
  /** The build that cannot start, with the gateway's explanation. */
  failed?: { buildId: string | undefined; detail: string };
  /** It gave no answer, or failed: a moment later it may tell. */
  isSilent?: true;
}

/** Asks a deployment which build it serves. Nothing is known where the gateway does not answer as documented. */
export async function servedBuild(
  deploymentUrl: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ServedBuild> {
  const { status, body } = await request(`${trimmed(deploymentUrl)}/__zuplo/build`, timeoutMs, signal);
  const json = parseJson(body);
  if (status === 200) {
    const answer = buildResponse.safeParse(json);
    return answer.success ? defined(answer.data) : {};
  }
  const failure = buildFailureResponse.safeParse(json);
  if (!failure.success) return isPassing(status) ? { isSilent: true } : {};
  const { detail, trace } = failure.data;
  return { failed: { buildId: trace?.buildId, detail: quote(detail ?? "the gateway cannot start it") } };
}

/** Whether a moment later the answer may be another one. */
function isPassing(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}

function defined({ buildId, timestamp, gitSha }: z.output<typeof buildResponse>): ServedBuild {
  return {
    ...(buildId === undefined ? {} : { buildId }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(gitSha === undefined ? {} : { gitSha }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The URL without slashes at its end. */
export function trimmed(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
