import type { Lookup } from "../../provider/config";
import type { ExitCode } from "../errors";
import type { Terminal } from "../terminal";

/** What a command works with, whatever it does. */
export interface Surroundings {
  terminal: Terminal;
  environment: Lookup;
  /** Is told how the command ended. */
  end(code: ExitCode): void;
}
