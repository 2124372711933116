import timers from "node:timers/promises";
import type { Timing } from "../../emulator/timing";
import { currentHost, type Host, within } from "./host";

interface Timer {
  at: number;
  order: number;
  host: Host | undefined;
  callback: () => void;
}

/** What every world begins with: 2026-06-01. */
export const beginning = Date.UTC(2026, 5, 1);

/**
 * Time that stands still until it is moved to the next timer. While it is installed, the globals go by it. Each timer
 * belongs to the host that set it: with the host, it is gone.
 */
export class VirtualClock implements Timing {
  private time = beginning;
  private order = 0;
  private timers: Timer[] = [];

  now = (): number => this.time;

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), order: this.order++, host: currentHost(), callback };
    this.timers.push(timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise(resolve => this.after(ms, resolve));
  }

  /** Moves to the next timer, and calls it. @returns false where there is none. */
  moveOn(): boolean {
    let next: Timer | undefined;
    for (const timer of this.timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
        next = timer;
      }
    }
    if (next === undefined) return false;
    this.timers.splice(this.timers.indexOf(next), 1);
    this.time = Math.max(this.time, next.at);
    if (next.host?.isAlive === false) return true;
    within(next.host, next.callback);
    return true;
  }

  /** Until the returned function is called, everybody in this process goes by this clock and this chance. */
  install(random: () => number): () => void {
    const real = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      now: Date.now,
      random: Math.random,
      sleep: timers.setTimeout,
    };
    const performanceNow = performance.now;
    const set = (callback: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
      const cancel = this.after(ms, () => callback(...given));
      const handle = { cancel, unref: () => handle, ref: () => handle, hasRef: () => true };
      return handle;
    };
    const clear = (handle: unknown) => (handle as { cancel?: () => void } | undefined)?.cancel?.();
    globalThis.setTimeout = set as unknown as typeof setTimeout;
    globalThis.clearTimeout = clear as typeof clearTimeout;
    Date.now = this.now;
    Math.random = random;
    performance.now = () => this.time - beginning;
    timers.setTimeout = this.abortableSleep as typeof timers.setTimeout;
    return () => {
      globalThis.setTimeout = real.setTimeout;
      globalThis.clearTimeout = real.clearTimeout;
      Date.now = real.now;
      Math.random = real.random;
      performance.now = performanceNow;
      timers.setTimeout = real.sleep;
    };
  }

  private readonly abortableSleep = (ms = 0, value?: unknown, options?: { signal?: AbortSignal }) =>
    new Promise((resolve, reject) => {
      const signal = options?.signal;
      const cancel = this.after(ms, () => {
        signal?.removeEventListener("abort", abort);
        resolve(value);
      });
      const abort = () => {
        cancel();
        reject(
          Object.assign(new Error("The operation was aborted"), { name: "AbortError", code: "ABORT_ERR" }),
        );
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
}
