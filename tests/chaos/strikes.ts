import type { ApiCall, Fault } from "../../emulator";
import type { Cell, Mishap, Stage } from "./cell";

/** Lets the mishaps of a cell strike, each once, and remembers in which run. */
export class Strikes {
  /** Numbers of the runs, from 1. */
  firstIn: number | undefined;
  secondIn: number | undefined;
  private run = 0;
  private counted = 0;
  private killedIn = new Map<number, Mishap["kills"]>();

  constructor(
    private readonly cell: Cell,
    private readonly stage: Stage,
  ) {}

  /** A run begins. */
  begin(): void {
    this.run += 1;
  }

  /** What was killed in the present run. */
  get killed(): Mishap["kills"] {
    return this.killedIn.get(this.run);
  }

  /** Whether a mishap has yet to come. */
  get waiting(): boolean {
    const { second } = this.cell;
    return this.firstIn === undefined || (second !== undefined && this.secondIn === undefined);
  }

  async on(call: Readonly<ApiCall>): Promise<Fault | undefined> {
    // A host whose engine was killed may still call between two runs.
    if (!this.stage.stack.project.isRunning) return undefined;
    const { target, mishap, second } = this.cell;
    if (this.firstIn === undefined) {
      if (this.run > 1 || call.kind !== target.kind || this.counted++ !== target.ofKind) return undefined;
      this.firstIn = this.run;
      return this.strike(mishap, call);
    }
    if (second === undefined || this.secondIn !== undefined || call.kind !== second.kind) return undefined;
    this.secondIn = this.run;
    return this.strike(second.mishap, call);
  }

  private async strike(mishap: Mishap, call: Readonly<ApiCall>): Promise<Fault | undefined> {
    if (mishap.kills !== undefined) this.killedIn.set(this.run, mishap.kills);
    return mishap.strike(this.stage, call);
  }
}
