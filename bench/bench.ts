/** What a case is given, and what it gives. */
import type { Row } from "./row";

export interface Bench {
  /** How often each side of a comparison is measured. */
  repetitions: number;
  /** Small sizes only: to see whether everything runs, not to judge. */
  quick: boolean;
  /** Whether the engine writes its whole state with every step at any size. */
  checkpoints: boolean;
  /** Tells the person who waits what is going on. */
  say(text: string): void;
}

export interface BenchCase {
  /** For `--only`. */
  name: string;
  run(bench: Bench): Promise<Row[]>;
}
