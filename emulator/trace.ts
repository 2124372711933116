/** The record of what happened, in order: every API call, and the builds in between. No secret is in it. */
import type { Fault } from "./faults";
import { machineTime, type Timing } from "./timing";

export type CallKind =
  | "whoami"
  | `certificate.${"create" | "update" | "delete" | "list" | "get"}`
  | `variable.${"create" | "update"}`
  | `deployment.${"list" | "get" | "delete" | "deploy" | "status"}`
  | `environment.${"list" | "configurations"}`
  | `ca-certificate.${"create" | "update" | "delete" | "list" | "get"}`
  | "unknown";

export interface ApiCall {
  type: "call";
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  kind: CallKind;
  method: string;
  /** With the query. */
  path: string;
  /** The certificate's name, `<branch>/<variable>`, the deployment's name, or "". */
  subject: string;
  /** What was sent, without the private key and the values of secrets. */
  body?: unknown;
  /** What the caller got; 0 while there is no answer, and for good where the connection was cut. */
  status: number;
  /** Whether the call was handled with success, whatever the caller was told. */
  applied: boolean;
  /** What `onCall` did to it. */
  fault?: Fault;
}

export interface BuildEvent {
  type: "event";
  seq: number;
  at: number;
  kind: "build.served" | "build.failed";
  /** The deployment's name. */
  subject: string;
  branch: string;
  /** Of the build that is served now. */
  buildId: string;
  /** Names of the certificates that it has bound. */
  certificates: string[];
  /** Why it failed, or "". */
  message: string;
}

export type TraceEntry = ApiCall | BuildEvent;

export interface Trace {
  entries: TraceEntry[];
  call(call: Pick<ApiCall, "kind" | "method" | "path">): ApiCall;
  event(event: Omit<BuildEvent, "type" | "seq" | "at">): void;
}

export function createTrace(timing: Timing = machineTime): Trace {
  const entries: TraceEntry[] = [];
  let seq = 0;
  const next = () => {
    seq += 1;
    return { seq, at: timing.now() };
  };
  return {
    entries,
    call(call) {
      const entry: ApiCall = { type: "call", ...next(), ...call, subject: "", status: 0, applied: false };
      entries.push(entry);
      return entry;
    },
    event(event) {
      entries.push({ type: "event", ...next(), ...event });
    },
  };
}

export function isWrite(entry: TraceEntry): entry is ApiCall {
  return entry.type === "call" && entry.method !== "GET" && entry.method !== "HEAD";
}

const REMOVED = "[removed]";

/** A body fit for the trace. `valueIsPublic`: the variable it is for is known not to be a secret. */
export function withoutSecrets(body: unknown, valueIsPublic: boolean): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  return Object.fromEntries(
    Object.entries(body).map(([name, content]) => {
      const isSecret = name === "key" || name === "privateKey" || (name === "value" && !valueIsPublic);
      return [name, isSecret ? REMOVED : content];
    }),
  );
}
