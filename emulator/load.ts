/**
 * Steady traffic for a measurement: open loop, so that a slow answer does not slow the next question.
 * Only against this machine, never longer than `maxSeconds`.
 */
import { Agent, get, type IncomingMessage } from "node:http";
import { createTally, type LoadResult } from "./tally";

export type { IntervalCount, LoadFailure, LoadResult } from "./tally";

export interface LoadOptions {
  /** Base URLs, asked in turn. */
  urls: string[];
  /** Over all URLs together. */
  ratePerSecond: number;
  /** Ask through `/via/<VARIABLE>`. */
  via?: string;
  /** Default 60. */
  maxSeconds?: number;
  /**
   * Requests without an answer at a time; more are not sent but counted as `shed`: a machine that is short of time gets
   * fewer requests, not late answers. Default 50.
   */
  maxInFlight?: number;
  /** An answer later than that is a failure. Default 5000. */
  timeoutMs?: number;
}

export interface Load {
  /** Waits for the answers under way. The same result however often it is called. */
  stop(): Promise<LoadResult>;
}

const TICK_MS = 5;

export function startLoad(options: LoadOptions): Load {
  const urls = options.urls.map(url => targetOf(url, options.via));
  const { ratePerSecond, maxSeconds = 60, maxInFlight = 50, timeoutMs = 5000 } = options;
  if (urls.length === 0) throw new Error("a load needs at least one URL");
  const agent = new Agent({ keepAlive: true, maxSockets: maxInFlight, scheduling: "lifo" });
  const tally = createTally(options.urls, performance.now());
  let due = 0;
  let inFlight = 0;
  let idle: () => void = () => undefined;

  const start = performance.now();
  const timer = setInterval(() => {
    const elapsed = Math.min((performance.now() - start) / 1000, maxSeconds);
    for (const target = Math.floor(elapsed * ratePerSecond); due < target; due += 1) {
      if (inFlight < maxInFlight) send(due % urls.length);
      else tally.shed();
    }
    if (elapsed >= maxSeconds) clearInterval(timer);
  }, TICK_MS);

  function send(index: number): void {
    const sent = performance.now();
    inFlight += 1;
    const request = get(urls[index] ?? "", { agent, timeout: timeoutMs }, response => {
      response.resume();
      response.on("end", () =>
        settle(response.statusCode === 200 ? undefined : { status: response.statusCode }, response),
      );
      response.on("error", error => settle({ error: error.message }));
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", error => settle({ error: error.message }));

    let isSettled = false;
    function settle(
      failure: { status?: number; error?: string } | undefined,
      response?: IncomingMessage,
    ): void {
      if (isSettled) return;
      isSettled = true;
      const certificate = response?.headers["x-zuplo-certificate"];
      tally.settled(index, sent, performance.now(), failure, String(certificate ?? ""));
      inFlight -= 1;
      if (inFlight === 0) idle();
    }
  }

  async function finish(): Promise<LoadResult> {
    clearInterval(timer);
    const end = performance.now();
    if (inFlight > 0) await new Promise<void>(resolve => (idle = resolve));
    agent.destroy();
    return tally.result(Math.min(end - start, maxSeconds * 1000));
  }

  let result: Promise<LoadResult> | undefined;
  return {
    stop() {
      result ??= finish();
      return result;
    },
  };
}

function targetOf(base: string, via: string | undefined): string {
  const url = new URL(base);
  const isLoopback = /^(127(\.\d+){3}|localhost|\[::1\])$/.test(url.hostname);
  if (!isLoopback) throw new Error(`load is for this machine only, not for ${url.hostname}`);
  const path = via === undefined ? "/load" : `/via/${via}/load`;
  return base.replace(/\/$/, "") + path;
}
