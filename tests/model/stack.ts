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
  /** The last destroy was killed: what it deleted last may still be in the state. */
  hasKilledDestroy = false;
  /** Nothing happened to program or state since an `up` that went well. */
  isSettled = false;
  /** What happened to it that only `pulumi state delete` can do. */
  hasForgotten = false;

  /** The ids of what was in a state that was lost, by URN: they can be looked up at Zuplo. */
  readonly lost = new Map<string, string>();

  constructor(readonly spec: StackSpec) {
    this.key = stackKey(spec);
  }

  /** The state is lost. */
  lose(): void {
    for (const { urn, id } of this.state.entries.splice(0)) this.lost.set(urn, id);
  }
}
