/** What the chart of a rotation is drawn from, wherever it was seen. Times are milliseconds since the epoch. */

export type StepKind =
  | "upload"
  | "variable"
  | "disable"
  | "enable"
  | "redeploy"
  | "served"
  | "failed"
  | "verified"
  | "unverified"
  | "delete"
  | "read";

export interface Step {
  at: number;
  kind: StepKind;
  /** Key of the lane; "" for what belongs to the whole project. */
  branch: string;
  /** What it is about, for people. */
  text: string;
  /** The call as it was made, or what it was for; "" where there is nothing to tell. */
  call: string;
  /** HTTP status of the answer; 0 where there is none. */
  status: number;
}

/** A stretch of time that has a title in the chart. */
export interface Band {
  title: string;
  from: number;
  to: number;
  /** Whether it is the one that the times count from. */
  isMain: boolean;
}

export interface Span {
  from: number;
  to: number;
  certificate: string;
}

export interface HeldSpan extends Span {
  /** Environment types for which the certificate was enabled; undefined where nobody knows. */
  environments: string[] | undefined;
}

/** Requests in a tenth of a second. */
export interface RequestCount {
  at: number;
  ok: number;
  failed: number;
  /** How many of them named which certificate. */
  certificates: Record<string, number>;
}

export interface Lane {
  /** What its steps have as their `branch`. */
  key: string;
  branch: string;
  environmentType: string;
  /** The certificates with which it called its backend, one after the other. */
  spans: Span[];
  /** Requests through its gateway, where there was a load. */
  requests: RequestCount[] | undefined;
  /** In words, since colours alone are not for everyone. */
  summary: string;
  isFailed: boolean;
}

export interface Timeline {
  /** What the seconds count from. */
  zero: number;
  bands: Band[];
  lanes: Lane[];
  /** What Zuplo held; one row for each certificate. */
  held: HeldSpan[][];
  /** Names of the certificates from before. */
  old: ReadonlySet<string>;
  steps: Step[];
}

/** The class of a certificate: those from before the rotation, and those that came with it. */
export function colorsOf({ old }: Pick<Timeline, "old">): (certificate: string) => "old" | "new" {
  return certificate => (old.has(certificate) ? "old" : "new");
}
