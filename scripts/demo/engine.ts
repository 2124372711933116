import type { Counts } from "./state";

export const engineNames = ["pulumi", "terraform"] as const;
export type EngineName = (typeof engineNames)[number];

/** An engine as the demonstration uses it: on the example of a rotation, with all that it writes in a temporary folder. */
export interface DemoEngine {
  /** Gone after `remove`. */
  readonly home: string;
  /** The commands, as a user types them. */
  readonly plans: string;
  readonly applies: string;
  /** @param certs folder with the certificate and its key */
  init(certs: string): Promise<void>;
  plan(): Promise<unknown>;
  /** @param isQuiet whether the output is shown only where it fails. */
  apply(options?: { isQuiet?: boolean }): Promise<unknown>;
  /** The state, as anyone can read it who has it. */
  state(): Promise<string>;
  /** What a state says is managed. */
  countsOf(state: string): Counts;
  /** Ends what runs; nothing more is run. */
  interrupt(): Promise<void>;
  /** Ends what runs, and removes the temporary folder. */
  remove(): Promise<void>;
}

export interface DemoOptions {
  /** Settings of the provider, filled in before the first command. */
  env: Record<string, string>;
  /** Gets the output of plans and applies while it comes. */
  onOutput: (text: string) => void;
  color: boolean;
}
