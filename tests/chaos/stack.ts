import type { Issued } from "../../emulator/pki";
import type { Run } from "../../scripts/engine/commands";
import type { Process } from "../support/engineProcesses";

/** A stack with one binding over three environments, of some engine, as a user and an accident see it. */
export interface ChaosStack {
  readonly folder: string;
  /** Whether a command is under way. */
  readonly isRunning: boolean;
  /** Puts a certificate into the program. */
  write(issued: Issued): Promise<void>;
  /** Makes the program true. */
  up(): Promise<Run>;
  destroy(): Promise<Run>;
  interrupt(): void;
  kill(): void;
  /** @returns the hosts of the resources, which nobody ends. */
  killEngine(): Process[];
  killHosts(): void;
  /** What its user does once the engine was killed. @returns what was printed. */
  recover(): Promise<string>;
  /** All that the engine keeps, in clear where it is. */
  state(): Promise<string>;
  /** How many deployments the state has recorded as done: they no longer have the certificate from before. */
  done(before: string): Promise<number>;
  remove(): Promise<void>;
}
