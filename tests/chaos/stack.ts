import type { Issued } from "../../emulator/pki";
import type { Run } from "../../scripts/engine/commands";
import type { EngineProject } from "../support/engineProject";

/** A stack with one binding over three environments, or with a group of them, of some engine. */
export interface ChaosStack {
  readonly project: EngineProject;
  /** Puts a certificate into the program; the bindings of a group each upload it for themselves. */
  write(issued: Issued): Promise<void>;
  /** Makes the program true. */
  up(): Promise<Run>;
  destroy(): Promise<Run>;
  /** What its user does once the engine was killed. @returns what was printed. */
  recover(): Promise<string>;
  /** All that the engine keeps, in clear where it is. */
  state(): Promise<string>;
  /** How many deployments the state has recorded as done: they no longer have a certificate from before. */
  done(before: readonly string[]): Promise<number>;
}

/** How many deployments there are none of whose redeployments still has a certificate from before. */
export function doneAmong(
  redeployments: readonly { deployment: string; certificates: readonly string[] }[],
  before: readonly string[],
): number {
  const all = new Set(redeployments.map(({ deployment }) => deployment));
  const old = redeployments.filter(({ certificates }) => certificates.some(name => before.includes(name)));
  return all.size - new Set(old.map(({ deployment }) => deployment)).size;
}
