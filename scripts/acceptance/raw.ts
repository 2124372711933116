/** Calls whose status the provider's own client would hide. What came is kept for the report, in its form only. */

import axios, { type AxiosResponse } from "axios";
import type { HttpOptions } from "../../provider/api/http";
import { limits } from "../../provider/api/limits";
import { bearer } from "../../provider/api/wire";
import { quote } from "../../provider/text/redact";
import type { Secret } from "../../provider/text/secret";
import { shapeOf } from "./shape";

export interface Told {
  status: number;
  /** Parsed; undefined where it is no JSON. */
  body: unknown;
  /** What an error says of itself, without secrets. */
  problem: string;
}

export interface RawCall {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  /** Another key than that of the run. */
  apiKey?: Secret;
  /** As the report names the call; its names would be the user's. */
  as: string;
  /** What of the answer the report may show the form of. */
  shown?: (body: unknown) => unknown;
}

export interface Recorded {
  call: string;
  status: number;
  answer: string;
}

const maxTries = 4;

export class Raw {
  readonly recorded: Recorded[] = [];

  constructor(
    private readonly options: HttpOptions,
    private readonly pauseMs: number,
    private readonly signal?: AbortSignal,
  ) {}

  async call(call: RawCall): Promise<Told> {
    const { status, data } = await this.patiently(call);
    const body = parsed(data);
    const problem = status < 400 ? "" : problemOf(body);
    const { as, shown = (all: unknown) => all } = call;
    const form = body === undefined || shown(body) === undefined ? "" : shapeOf(shown(body));
    const answer = status < 400 ? form : problem;
    this.recorded.push({ call: `${call.method} ${as}`, status, answer });
    return { status, body, problem };
  }

  private async patiently(call: RawCall): Promise<AxiosResponse<string>> {
    for (let tries = 1; ; tries += 1) {
      const response = await this.send(call);
      if (response.status !== 429 || tries === maxTries) return response;
      await new Promise(resolve => setTimeout(resolve, this.pauseMs * tries));
    }
  }

  private async send({ method, path, body, apiKey, as }: RawCall): Promise<AxiosResponse<string>> {
    const { endpoint, callTimeoutMs } = this.options;
    try {
      return await axios.request<string>({
        baseURL: endpoint,
        method,
        url: path,
        data: body,
        headers: {
          Authorization: bearer(apiKey ?? this.options.apiKey),
          "Content-Type": body === undefined ? false : "application/json",
        },
        // As in the provider's client: the key goes to nobody else.
        maxRedirects: 0,
        ...(endpoint.startsWith("http:") ? { proxy: false as const } : {}),
        maxContentLength: limits.answerBytes,
        responseType: "text",
        transformResponse: [(data: unknown) => data],
        validateStatus: () => true,
        timeout: callTimeoutMs,
        ...(this.signal === undefined ? {} : { signal: this.signal }),
      });
    } catch (error) {
      this.signal?.throwIfAborted();
      const code = axios.isAxiosError(error) ? error.code : undefined;
      // Axios' error holds the request, and with it the key.
      throw new Error(`no answer to ${method} ${as} (${code ?? "connection failed"})`);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "no problem details";
  const { title, detail, message } = body as Record<string, unknown>;
  const parts = [title, detail ?? message].filter(part => typeof part === "string");
  return quote(parts.join(": ")) || "no problem details";
}
