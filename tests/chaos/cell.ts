import type { ApiCall, CallKind, Emulator, Fault } from "../../emulator";
import type { TestProject } from "../support/project";

/** What a mishap can lay its hands on. */
export interface Stage {
  emulator: Emulator;
  project: TestProject;
}

/** What goes wrong at one call of a rotation. */
export interface Mishap {
  name: string;
  /** Whether it can happen to this call. */
  fits(call: ApiCall): boolean;
  /** Called before the call is handled. @returns what becomes of the call itself. */
  strike(stage: Stage, call: Readonly<ApiCall>): Fault | undefined | Promise<Fault | undefined>;
  /** Ends the engine, so that the run cannot succeed and leaves its lock. */
  kills?: boolean;
}

export interface Cell {
  /** Number of the call in the trace of an undisturbed rotation, from 0. */
  call: number;
  kind: CallKind;
  /** Number of the call among those of its kind, from 0: what runs side by side has no other order. */
  ofKind: number;
  mishap: Mishap;
}

export interface Outcome {
  problems: string[];
  /** What the run that was disturbed printed, and the one after it. */
  text: string;
}

export function titleOf({ call, kind, mishap }: Cell): string {
  return `${call} ${kind}: ${mishap.name}`;
}
