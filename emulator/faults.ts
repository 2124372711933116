/** The seam for faults: a hook sees every authenticated API call before it is handled, and may spoil it. */
import type { ApiCall } from "./trace";

export interface Fault {
  /**
   * Whether `delayMs` and `status` come in place of the handling ("before", the default: a write has no effect)
   * or after it ("after": the write is applied, and the caller is told something else, or later).
   * A delay alone never keeps the call from being handled.
   */
  when?: "before" | "after";
  /** Milliseconds; Infinity: never an answer. */
  delayMs?: number;
  /** Answer with this instead. */
  status?: number;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  /** Headers of the answer; without a `status`, over those of the true answer. */
  headers?: Record<string, string>;
  /** Cut the connection without an answer, before or after the call is handled. */
  destroy?: "before" | "after";
}

export type CallHook = (call: Readonly<ApiCall>) => Fault | undefined | Promise<Fault | undefined>;

export interface Faults {
  /** @returns a function that removes the hook. */
  add(hook: CallHook): () => void;
  /** The fault of the first hook that has one. */
  of(call: ApiCall): Promise<Fault | undefined>;
}

export function createFaults(): Faults {
  const hooks = new Set<CallHook>();
  return {
    add(hook) {
      hooks.add(hook);
      return () => hooks.delete(hook);
    },
    async of(call) {
      for (const hook of hooks) {
        const fault = await hook(call);
        if (fault) return fault;
      }
      return undefined;
    },
  };
}

/** A hook that spoils the next `times` calls that match. */
export function spoil(matches: (call: Readonly<ApiCall>) => boolean, fault: Fault, times = 1): CallHook {
  let left = times;
  return call => {
    if (left <= 0 || !matches(call)) return undefined;
    left -= 1;
    return fault;
  };
}

/** When a fault takes effect. */
export function momentOf(fault: Fault): "before" | "after" {
  return fault.destroy ?? fault.when ?? "before";
}
