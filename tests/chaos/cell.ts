import type { ApiCall, CallKind, Emulator, Fault } from "../../emulator";
import type { Process } from "../support/engineProcesses";
import type { ChaosStack } from "./stack";

/** What a mishap can lay its hands on. */
export interface Stage {
  emulator: Emulator;
  stack: ChaosStack;
  /** Hosts whose engine was killed. */
  orphans: Process[];
}

/** What goes wrong at one call. */
export interface Mishap {
  name: string;
  /** Whether it can happen to this call. */
  fits(call: Pick<ApiCall, "kind" | "method">): boolean;
  /** Called before the call is handled. @returns what becomes of the call itself. */
  strike(stage: Stage, call: Readonly<ApiCall>): Fault | undefined | Promise<Fault | undefined>;
  /** What it kills, so that the run cannot succeed. An engine leaves its lock. */
  kills?: "everything" | "engine" | "hosts";
}

/** One call of the trace of an undisturbed run. */
export interface Target {
  /** Number in the trace, from 0. */
  call: number;
  kind: CallKind;
  method: string;
  /** Number among the calls of its kind, from 0: what runs side by side has no other order. */
  ofKind: number;
}

/** What somebody does with the stack, and meets with mishaps. */
export type Course = "rotation" | "rotation of a group" | "destroy" | "destroy of parts";

export const isRotation = (course: Course) => course === "rotation" || course === "rotation of a group";

export interface Cell {
  course: Course;
  target: Target;
  mishap: Mishap;
  /** Numbers of the calls that are one row of a table: its mishaps take turns among them. */
  row: number[];
  /** Strikes at the first call of this kind after the first one, in the same run or in the one after it. */
  second?: { kind: CallKind; mishap: Mishap };
}

export interface Outcome {
  problems: string[];
  /** What the runs printed. */
  text: string;
  /** The number of the run that the second mishap struck, from 1; undefined where it never came. */
  secondIn?: number;
}

export function titleOf({ course, target, mishap, second }: Cell): string {
  const prefix = course === "rotation" ? "" : `${course} `;
  const then = second === undefined ? "" : `, then ${second.kind}: ${second.mishap.name}`;
  return `${prefix}${target.call} ${target.kind}: ${mishap.name}${then}`;
}
