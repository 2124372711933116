import type http from "node:http";
import type https from "node:https";
import type { Readable } from "node:stream";
import { wireHeaders } from "./api/wire";
import { deadlineOf } from "./deadline";
import type { Secret } from "./text/secret";

export interface ProbeOptions {
  /** GET by default; no method has a body here. */
  method?: string;
  headers?: Readonly<Record<string, Secret>>;
  /** Limit of the whole, from the first byte to the last one of the answer, in whole milliseconds. */
  timeoutMs: number;
  /** Most bytes of the answer that are read, after decompression; what comes after them is left unread. */
  maxBytes: number;
  httpAgent?: http.Agent;
  httpsAgent: https.Agent;
  /** False: no proxy, whatever the environment says. */
  proxy?: false;
  signal?: AbortSignal | undefined;
}

export interface ProbeAnswer {
  status: number;
  /** By their names in lower case; one that came several times is a list. */
  headers: Readonly<Record<string, string>>;
  /** The beginning of the answer. */
  body: string;
}

/** There was no answer, or not the whole of it. */
export class ProbeFailed extends Error {
  constructor(
    message: string,
    /** As Node or axios call it, such as ECONNREFUSED. */
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/**
 * One request to an address that is not the API. No redirect is followed; any status is an answer. Rejects with a
 * ProbeFailed where there is none.
 */
export async function probe(url: string, options: ProbeOptions): Promise<ProbeAnswer> {
  const { method = "GET", headers = {}, timeoutMs, maxBytes, signal, ...agents } = options;
  const deadline = deadlineOf(timeoutMs, signal);
  const axios = loaded();
  try {
    const response = await axios.request<Readable>({
      ...agents,
      // Plain http is for this machine, where no proxy leads to: it would be told the headers, in clear.
      ...(new URL(url).protocol === "http:" ? { proxy: false as const } : {}),
      url,
      method,
      headers: { "Cache-Control": "no-cache", ...wireHeaders(headers) },
      maxRedirects: 0,
      responseType: "stream",
      validateStatus: () => true,
      signal: deadline.signal,
    });
    const { status, headers: answered, data } = response;
    return { status, headers: textsOf(answered), body: await beginningOf(data, maxBytes) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What breaks after the head of the answer, or before anything is sent, is no error of axios's.
    throw new ProbeFailed(message, deadline.isOver() && !axios.isAxiosError(error) ? "ERR_CANCELED" : code);
  } finally {
    deadline.end();
  }
}

let axiosModule: typeof import("axios") | undefined;

/** Loaded with the first request: a run with nothing to do makes none. */
function loaded(): typeof import("axios") {
  axiosModule ??= require("axios") as typeof import("axios");
  return axiosModule;
}

/** A URL as a message may show it: the user's name, password and query may be secret. */
export function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function textsOf(headers: object): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), [value].flat().join(", ")]));
}

async function beginningOf(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let left = maxBytes;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    // To leave the loop is to destroy the stream, and the connection with it.
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}
