import type { StackState } from "./engine/state";
import { type StackSpec, stackKey } from "./program/spec";

/** A stack as time goes by. */
export class Stack {
  readonly state: StackState = { entries: [] };
  readonly key: string;
  /** Every variable that a program of it ever had, as `project/branch/NAME`. */
  readonly variables = new Set<string>();
  /** Every deployment that a program of it ever had, by name. */
  readonly deployments = new Set<string>();
  /** When the last refresh that went well began. */
  refreshedAt: number | undefined;
  /** Nothing happened to program or state since an `up` that went well. */
  isSettled = false;
  /** What happened to it that only `pulumi state delete` can do. */
  hasForgotten = false;

  constructor(readonly spec: StackSpec) {
    this.key = stackKey(spec);
  }
}
