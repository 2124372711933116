import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { EngineCommands, type Run } from "../../scripts/engine/commands";
import { killEngine, killHosts, type Process } from "./engineProcesses";

/** A project in a folder of its own, run by a real engine, whose processes a test can end. */
export abstract class EngineProject {
  protected readonly commands: EngineCommands;

  protected constructor(
    readonly folder: string,
    /** Environment of the commands, over that of the tests. */
    readonly env: Record<string, string>,
    private readonly program: string,
    /** A command that takes longer is killed. */
    maxRunMs = 300_000,
  ) {
    this.commands = new EngineCommands(program, maxRunMs);
  }

  abstract run(...args: string[]): Promise<Run>;

  async succeed(...args: string[]): Promise<Run> {
    const run = await this.run(...args);
    if (run.code !== 0)
      throw new Error(`${this.program} ${args.join(" ")} ended with ${run.code}:\n${run.text}`);
    return run;
  }

  /** Whether a command is under way. */
  get isRunning(): boolean {
    return this.commands.running.length > 0;
  }

  /** Ends the command under way as a terminal's Ctrl-C does. */
  interrupt(): void {
    this.commands.interrupt();
  }

  /** Kills the command under way with everything that it has started. */
  kill(): void {
    this.commands.kill();
  }

  /** Ends the command under way, and runs nothing more. */
  end(): Promise<void> {
    return this.commands.end();
  }

  /**
   * Kills the engine of the command under way, and the program, which would spin for ever without it.
   * @returns the hosts of the resources, which nobody ends.
   */
  killEngine(): Process[] {
    return killEngine(this.commands);
  }

  /** Kills the hosts of the resources alone. */
  killHosts(): void {
    killHosts(this.commands);
  }

  /** A file below the folder. */
  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
