/** What a demonstration has seen: everything that the summary and the report are made from. */
import type { DeploymentSummary, EnvironmentType, ServedBuild, TraceEntry } from "../../emulator";
import type { IntervalCount } from "../../emulator/load";
import type { Counts } from "./state";

/** One command of the engine. Milliseconds since the epoch. */
export interface Phase {
  name: "plan" | "rotation" | "second run";
  /** The command, as a user types it, and what it is for. */
  title: string;
  from: number;
  to: number;
}

export interface Environment extends Pick<DeploymentSummary, "branch" | "environmentType" | "url"> {
  /** Name of the deployment. */
  deployment: string;
  /** The load through its gateway. */
  intervals: IntervalCount[];
  /** The builds that answered, from the first on. */
  served: ServedBuild[];
}

/** A certificate as Zuplo holds it when the rotation begins. */
export interface HeldCertificate {
  name: string;
  environments: EnvironmentType[];
}

export interface Figures extends Counts {
  requests: number;
  failed: number;
  /** Not sent, because too many were without an answer. */
  shed: number;
  ratePerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Of the rotation, in milliseconds. */
  rotationMs: number;
  redeploys: number;
  writes: number;
  expectedWrites: number;
  /** Of the second run, which has nothing to do. */
  secondWrites: number;
  certificatesLeft: number;
  /** Findings of the emulator's safety checkers. */
  violations: number;
  hazards: number;
  /** Keys that stand in the exported state. */
  secretsInState: number;
}

export interface Demonstration {
  variable: string;
  phases: Phase[];
  environments: Environment[];
  /** Before the rotation. */
  certificates: HeldCertificate[];
  /** Of the rotation. */
  trace: TraceEntry[];
  figures: Figures;
}
