import { Readable } from "node:stream";
import axios, {
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from "axios";
import { currentHost, type Host, never } from "./host";

export interface Request {
  method: string;
  /** Whole. */
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** No answer: the connection was cut. */
export class Cut extends Error {}

export type Receiver = (host: Host, request: Request) => Promise<Answer>;

let receiver: Receiver = never;

/**
 * Until the returned function is called, what a host sends through axios arrives here, and nowhere else. Other tests of
 * the same process go to the network again.
 */
export function receiveWith(next: Receiver): () => void {
  const before = axios.defaults.adapter;
  axios.defaults.adapter = adapter;
  receiver = next;
  return () => {
    axios.defaults.adapter = before;
    receiver = never;
  };
}

/** In place of a socket. */
function adapter(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const host = currentHost();
  if (host?.isAlive !== true) return never();
  const request: Request = {
    method: (config.method ?? "get").toUpperCase(),
    url: axios.getUri(config),
    headers: texts(config.headers),
    body: typeof config.data === "string" ? config.data : undefined,
  };
  return new Promise((resolve, reject) => {
    const signal = config.signal as AbortSignal | undefined;
    const abort = () => reject(new CanceledError(undefined, undefined, config));
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    receiver(host, request).then(
      answer => {
        signal?.removeEventListener("abort", abort);
        if (host.isAlive) settle(config, answer, resolve, reject);
      },
      (error: unknown) => {
        signal?.removeEventListener("abort", abort);
        if (!host.isAlive) return;
        reject(error instanceof Cut ? new AxiosError("socket hang up", "ECONNRESET", config) : error);
      },
    );
  });
}

function settle(
  config: InternalAxiosRequestConfig,
  { status, headers, body }: Answer,
  resolve: (response: AxiosResponse) => void,
  reject: (error: Error) => void,
): void {
  const response: AxiosResponse = {
    data: config.responseType === "stream" ? Readable.from([Buffer.from(body)]) : body,
    status,
    statusText: "",
    headers: AxiosHeaders.from(headers),
    config,
    request: undefined,
  };
  if (config.validateStatus?.(status) !== false) {
    resolve(response);
    return;
  }
  const code = status >= 500 ? AxiosError.ERR_BAD_RESPONSE : AxiosError.ERR_BAD_REQUEST;
  reject(new AxiosError(`Request failed with status code ${status}`, code, config, undefined, response));
}

function texts(headers: InternalAxiosRequestConfig["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers.toJSON())
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
