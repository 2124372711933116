import http from "node:http";
import https from "node:https";
import axios, { type AxiosError, type AxiosInstance, type AxiosResponse } from "axios";
import axiosRetry, { exponentialDelay, retryAfter } from "axios-retry";
import type { z } from "zod";
import { deadlineOf } from "../deadline";
import type { Secret } from "../text/secret";
import { version } from "../version";
import { AdaptiveLimiter } from "./adaptiveLimiter";
import { isWorthRepeating } from "./attempt";
import { type Call, requireInPlace } from "./call";
import { failureOf, notTheApi } from "./failure";
import { type Limits, limits } from "./limits";
import { bearer, secretsIn, wireText } from "./wire";

const maxCallsInFlight = 16;
const firstRetryDelayMs = 200;
/** A limit of calls may count by the minute: later pauses are no longer than this, so that its end is not missed by far. */
const longestRetryDelayMs = 15_000;

export interface HttpOptions {
  /** Base URL of the developer API, without a trailing slash. */
  endpoint: string;
  apiKey: Secret;
  /** Time limit of one call, from its first byte to the last one of the answer, in milliseconds. */
  callTimeoutMs: number;
  /** Other limits than the usual ones. */
  limits?: Partial<Limits>;
}

/** Sends calls to the developer API: authentication, retries, time and size limits, errors as one sentence. */
export class Http {
  private readonly axios: AxiosInstance;
  private readonly apiKey: Secret;
  private readonly limiter = new AdaptiveLimiter(maxCallsInFlight);
  readonly limits: Limits;

  constructor(options: HttpOptions) {
    // Said although it is the default, which NODE_TLS_REJECT_UNAUTHORIZED changes: the key would go to anybody.
    const agent = { keepAlive: true, maxSockets: maxCallsInFlight, rejectUnauthorized: true };
    this.apiKey = options.apiKey;
    this.limits = { ...limits, ...options.limits };
    const { answerBytes, repeats, pauseMs } = this.limits;
    // Whoever lets one attempt take an hour lets the whole take as long.
    for (const key of ["callMs", "listMs"] as const)
      this.limits[key] = Math.max(this.limits[key], options.callTimeoutMs);
    this.axios = axios.create({
      baseURL: options.endpoint,
      // A redirect would carry the key to another host.
      maxRedirects: 0,
      // Plain http is for this machine: through a proxy it would carry the key elsewhere, in clear.
      ...(new URL(options.endpoint).protocol === "http:" ? { proxy: false } : {}),
      maxContentLength: answerBytes,
      responseType: "text",
      transformResponse: [(data: unknown) => data],
      headers: { Authorization: bearer(options.apiKey), "User-Agent": `pulumi-zuplo/${version}` },
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
    });
    // A limit for each attempt as a whole: axios' own one starts anew with every byte that arrives.
    this.axios.interceptors.request.use(config => {
      config.sentAt = performance.now();
      config.attempts = (config.attempts ?? 0) + 1;
      const left = Math.max(1, Math.ceil((config.endsAt ?? Number.POSITIVE_INFINITY) - config.sentAt));
      config.deadline = deadlineOf(Math.min(options.callTimeoutMs, left), config.cancellation);
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
      // Counted below.
      retries: Number.POSITIVE_INFINITY,
      retryCondition: error => {
        const { config } = error;
        if (config === undefined || !isWorthRepeating(error)) return false;
        const isPatient = error.response?.status === 429 && config.isOptional !== true;
        if (!isPatient) config.failures = (config.failures ?? 0) + 1;
        // What was refused for the number of calls was not applied: only time ends its repeats.
        if ((config.failures ?? 0) > repeats) return false;
        const attempts = config.attempts ?? 1;
        const pause = Math.min(exponentialDelay(attempts, undefined, firstRetryDelayMs / 2), longestDelay());
        const asked = retryAfter(error);
        // Who has waited for so often what the server asks for waits longer.
        const isTooShort = asked === 0 || attempts > repeats;
        config.pauseMs = Math.min(pauseMs, isTooShort ? Math.max(asked, pause) : asked);
        // What could not be sent in time after its pause is not waited for.
        return performance.now() + config.pauseMs < (config.endsAt ?? Number.POSITIVE_INFINITY);
      },
      onRetry: (_count, { response }, config) => {
        if (response?.status === 429) this.limiter.slower(config.sentAt ?? 0);
        // The limit of the attempt that failed must not cut the pause short.
        if (config.cancellation === undefined) delete config.signal;
        else config.signal = config.cancellation;
      },
      retryDelay: (_count, { config }) => config?.pauseMs ?? 0,
    });
  }

  /** Sends one call and parses its answer. Throws a ZuploError of the kind the caller can act on. */
  async send<T extends z.ZodType>(call: Call, answer: T): Promise<z.output<T>> {
    const response = await this.exchange(call);
    call.onRead?.(Buffer.byteLength(response.data ?? ""));
    call.onStatus?.(response.status);
    let body: unknown = response.data || undefined;
    const isPage = /html/i.test(String(response.headers["content-type"] ?? ""));
    try {
      if (body !== undefined) body = JSON.parse(response.data);
    } catch {
      // A plain "OK" is an answer where none is needed; a page comes from a proxy.
      if (isPage || !answer.safeParse(body).success)
        throw notTheApi(call, response, "the answer is not JSON", this.secretsOf(call));
    }
    const parsed = answer.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw notTheApi(
      call,
      response,
      `the answer lacks what is documented: ${issue?.path.join(".")}: ${issue?.message}`,
      this.secretsOf(call),
    );
  }

  private async exchange(call: Call): Promise<AxiosResponse<string>> {
    requireInPlace(call);
    const withinMs = Math.min(this.limits.callMs, call.withinMs ?? Number.POSITIVE_INFINITY);
    try {
      return await this.limiter.run(() =>
        this.axios.request<string>({
          method: call.method,
          url: call.path,
          data: call.body === undefined ? undefined : wireText(call.body),
          // Without a body there is no content type either: axios would claim a form.
          headers: { "Content-Type": call.body === undefined ? false : "application/json" },
          repeatable: call.repeatable ?? call.method !== "POST",
          isOptional: call.isOptional,
          cancellation: call.signal,
          // From here: what waits for its place takes none of the time.
          endsAt: performance.now() + withinMs,
        }),
      );
    } catch (error) {
      if (!axios.isAxiosError(error)) throw error;
      throw failureOf(call, error, this.secretsOf(call));
    }
  }

  private secretsOf({ body }: Call): Secret[] {
    return [this.apiKey, ...secretsIn(body)];
  }
}

/** With jitter: those that were refused together do not come back together. */
function longestDelay(): number {
  return longestRetryDelayMs * (0.8 + Math.random() * 0.2);
}
