import http from "node:http";
import https from "node:https";
import axios, { type AxiosError, type AxiosInstance, type AxiosResponse } from "axios";
import axiosRetry, { exponentialDelay, retryAfter } from "axios-retry";
import type { z } from "zod";
import { type Deadline, deadlineOf } from "../deadline";
import { isUntrusted } from "../tls";
import { version } from "../version";
import { problemAnswer } from "./answers";
import {
  Cancelled,
  Conflict,
  Invalid,
  NotFound,
  type Operation,
  RateLimited,
  Unauthorized,
  Unavailable,
} from "./errors";
import { Pace } from "./pace";
import { keepSecret, quote } from "./redact";

/** Longest answer that is read, in bytes, after decompression. */
export const maxAnswerBytes = 10 * 1024 * 1024;
const maxCallsInFlight = 16;
const maxRetries = 5;
const firstRetryDelayMs = 200;
/** A server may ask for any pause; a longer one than this is cut, so that a run cannot stall for hours. */
const maxRetryDelayMs = 60_000;

export interface HttpOptions {
  /** Base URL of the developer API, without a trailing slash. */
  endpoint: string;
  apiKey: string;
  /** Time limit of one call, from its first byte to the last one of the answer, in milliseconds. */
  callTimeoutMs: number;
}

export interface Call {
  operation: Operation;
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  /** Texts of the body that must never be shown. */
  secrets?: readonly string[];
  /** True where a second execution does no harm. GET, PATCH and DELETE always are. */
  repeatable?: boolean;
  signal?: AbortSignal | undefined;
}

declare module "axios" {
  interface AxiosRequestConfig {
    /** Whether a call may be repeated when it is not known whether the first one was applied. */
    repeatable?: boolean;
    /** Ends the call for good, while `signal` ends one attempt. */
    cancellation?: AbortSignal | undefined;
    /** Of one attempt. */
    deadline?: Deadline;
    /** When the last attempt was sent, as performance.now() tells. */
    sentAt?: number;
  }
}

/** Sends calls to the developer API: authentication, retries, time and size limits, errors as one sentence. */
export class Http {
  private readonly axios: AxiosInstance;
  private readonly apiKey: string;
  private readonly pace = new Pace(maxCallsInFlight);

  constructor(options: HttpOptions) {
    // Said although it is the default, which NODE_TLS_REJECT_UNAUTHORIZED changes: the key would go to anybody.
    const agent = { keepAlive: true, maxSockets: maxCallsInFlight, rejectUnauthorized: true };
    this.apiKey = options.apiKey;
    keepSecret(options.apiKey);
    this.axios = axios.create({
      baseURL: options.endpoint,
      // A redirect would carry the key to another host.
      maxRedirects: 0,
      // Plain http is for this machine: through a proxy it would carry the key elsewhere, in clear.
      ...(options.endpoint.startsWith("http:") ? { proxy: false } : {}),
      maxContentLength: maxAnswerBytes,
      responseType: "text",
      transformResponse: [(data: unknown) => data],
      headers: { Authorization: `Bearer ${options.apiKey}`, "User-Agent": `pulumi-zuplo/${version}` },
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
    });
    // A limit for each attempt as a whole: axios' own one starts anew with every byte that arrives.
    this.axios.interceptors.request.use(config => {
      config.sentAt = performance.now();
      config.deadline = deadlineOf(options.callTimeoutMs, config.cancellation);
      config.signal = config.deadline.signal;
      return config;
    });
    this.axios.interceptors.response.use(
      response => {
        response.config.deadline?.end();
        return response;
      },
      (error: AxiosError) => {
        error.config?.deadline?.end();
        throw error;
      },
    );
    axiosRetry(this.axios, {
      retries: maxRetries,
      retryCondition: isWorthRepeating,
      onRetry: (_count, { response }, config) => {
        if (response?.status === 429) this.pace.slower(config.sentAt ?? 0);
        // The limit of the attempt that failed must not cut the pause short.
        if (config.cancellation === undefined) delete config.signal;
        else config.signal = config.cancellation;
      },
      retryDelay: (count, error) =>
        Math.min(
          maxRetryDelayMs,
          retryAfter(error) || exponentialDelay(count, undefined, firstRetryDelayMs / 2),
        ),
    });
  }

  /** Sends one call and parses its answer. Throws a ZuploError of the kind the caller can act on. */
  async send<T extends z.ZodType>(call: Call, answer: T): Promise<z.output<T>> {
    const response = await this.exchange(call);
    let body: unknown = response.data || undefined;
    const isPage = /html/i.test(String(response.headers["content-type"] ?? ""));
    try {
      if (body !== undefined) body = JSON.parse(response.data);
    } catch {
      // A plain "OK" is an answer where none is needed; a page comes from a proxy.
      if (isPage || !answer.safeParse(body).success)
        throw this.notTheApi(call, response, "the answer is not JSON");
    }
    const parsed = answer.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.notTheApi(
      call,
      response,
      `the answer lacks what is documented: ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }

  private async exchange(call: Call): Promise<AxiosResponse<string>> {
    requireInPlace(call);
    for (const secret of call.secrets ?? []) keepSecret(secret);
    try {
      return await this.pace.run(() =>
        this.axios.request<string>({
          method: call.method,
          url: call.path,
          data: call.body,
          // Without a body there is no content type either: axios would claim a form.
          headers: { "Content-Type": call.body === undefined ? false : "application/json" },
          repeatable: call.repeatable ?? call.method !== "POST",
          cancellation: call.signal,
        }),
      );
    } catch (error) {
      if (!axios.isAxiosError(error)) throw error;
      throw this.failure(call, error);
    }
  }

  private notTheApi(call: Call, response: AxiosResponse<string>, problem: string): Unavailable {
    return new Unavailable({
      operation: call.operation,
      problem: `${problem} (${nameOf(call)})`,
      status: response.status,
      advice:
        "Check zuplo:endpoint, and whether a proxy answers in place of Zuplo; then run the same command again.",
      secrets: this.secretsOf(call),
      maybeApplied: call.method !== "GET",
    });
  }

  private failure(call: Call, error: AxiosError) {
    const secrets = this.secretsOf(call);
    const { operation } = call;
    if (call.signal?.aborted) {
      return new Cancelled({
        operation,
        problem: "cancelled",
        advice: "Run the same command again to go on.",
      });
    }
    const { response } = error;
    if (response === undefined || isCut(error)) {
      return new Unavailable({
        operation,
        ...withoutAnswer(call, error),
        secrets,
        maybeApplied: call.method !== "GET" && !wasNeverSent(error),
      });
    }
    const { status } = response;
    const details = {
      operation,
      status,
      secrets,
      problem: `${describe(response, secrets)} (${nameOf(call)})`,
    };
    if (status === 401 || status === 403) {
      const advice =
        "Check zuplo:apiKey (or ZUPLO_API_KEY): it must belong to the account and may not be expired.";
      return new Unauthorized({ ...details, advice });
    }
    if (status === 404)
      return new NotFound({ ...details, advice: "Check the account, the project and the name." });
    if (status === 409)
      return new Conflict({ ...details, advice: "Choose another name, or import what exists." });
    if (status === 429)
      return new RateLimited({ ...details, advice: "Wait a minute and run the same command again." });
    if (status >= 500) {
      const advice = "Zuplo failed on its side: run the same command again.";
      return new Unavailable({ ...details, advice, maybeApplied: call.method !== "GET" });
    }
    if (status >= 300 && status < 400) {
      return new Unavailable({
        ...details,
        advice: "Set zuplo:endpoint to the address that answers, without redirects.",
      });
    }
    return new Invalid({
      ...details,
      advice: "Correct what the message names and run the same command again.",
    });
  }

  private secretsOf(call: Call): string[] {
    return [this.apiKey, ...(call.secrets ?? [])];
  }
}

/** A name such as `..` would make it another call: no encoding keeps it from being resolved. */
function requireInPlace({ operation, path }: Call): void {
  const [, ...segments] = path.split("?", 1)[0]?.split("/") ?? [];
  const wrong = segments.find(segment => ["", ".", ".."].includes(segment));
  if (wrong === undefined) return;
  throw new Invalid({
    operation,
    problem: `'${wrong}' cannot be a name at Zuplo`,
    advice: "Correct the account, the project or the name.",
  });
}

/** Whether another try can succeed and does no harm. */
function isWorthRepeating(error: AxiosError): boolean {
  if (error.config?.cancellation?.aborted === true || isUntrusted(error)) return false;
  const status = error.response?.status;
  if (status === 429 || wasNeverSent(error)) return true;
  if (error.config?.repeatable !== true) return false;
  return status === undefined || isCut(error) ? !isTooLong(error) : status >= 500;
}

function wasNeverSent(error: AxiosError): boolean {
  if (isUntrusted(error)) return true;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH"].includes(error.code ?? "");
}

function nameOf({ method, path }: Call): string {
  return `${method} ${quote(path)}`;
}

/** What happened where no whole answer came, and what to do. */
function withoutAnswer(call: Call, error: AxiosError): { problem: string; advice: string } {
  const advice = "Check the network and zuplo:endpoint; then run the same command again.";
  if (isTooLong(error)) {
    return {
      problem: `the answer is longer than ${maxAnswerBytes / 1024 / 1024} MiB (${nameOf(call)})`,
      advice:
        "Check zuplo:endpoint, and whether a proxy answers in place of Zuplo; then run the same command again.",
    };
  }
  if (isUntrusted(error)) {
    return {
      problem: `the certificate of the API is not trusted (${error.code}), so nothing was sent (${nameOf(call)})`,
      advice:
        "Check zuplo:endpoint. Where a proxy of your own stands in between, name its authority in NODE_EXTRA_CA_CERTS.",
    };
  }
  const reason = axios.isCancel(error) ? "time limit" : (error.code ?? "connection failed");
  return { problem: `no answer from ${nameOf(call)} (${reason})`, advice };
}

/** Success, of which only the beginning arrived. */
function isCut({ response }: AxiosError): boolean {
  return response !== undefined && response.status < 300;
}

function isTooLong(error: AxiosError): boolean {
  return error.code === "ERR_BAD_RESPONSE" && /maxContentLength/.test(error.message);
}

function describe(response: AxiosResponse<unknown>, secrets: readonly string[]): string {
  const problem = typeof response.data === "string" ? parseProblem(response.data) : undefined;
  const title = problem?.title ?? response.statusText;
  const detail = problem?.detail ?? problem?.message;
  const sentence = [title, detail].filter(part => part !== undefined && part !== "").join(": ");
  return quote(sentence, secrets) || "no explanation";
}

function parseProblem(text: string): z.output<typeof problemAnswer> | undefined {
  try {
    return problemAnswer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
