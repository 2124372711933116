import type { Issued } from "../../emulator/pki";
import type { Run } from "../../scripts/engine/commands";
import type { EngineProject } from "../support/engineProject";

/** A stack with one binding over three environments, of some engine. */
export interface ChaosStack {
  readonly project: EngineProject;
  /** Puts a certificate into the program. */
  write(issued: Issued): Promise<void>;
  /** Makes the program true. */
  up(): Promise<Run>;
  destroy(): Promise<Run>;
  /** What its user does once the engine was killed. @returns what was printed. */
  recover(): Promise<string>;
  /** All that the engine keeps, in clear where it is. */
  state(): Promise<string>;
  /** How many deployments the state has recorded as done: they no longer have the certificate from before. */
  done(before: string): Promise<number>;
}
