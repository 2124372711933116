/** Runs the commands of an engine, and lets tests and the demonstration end them as a user, or an accident, would. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, treeOf } from "../demo/processTree";

/** What a command printed, and how it ended. */
export interface Run {
  code: number;
  /** Standard output and standard error, line by line, in the order in which they came. */
  text: string;
  stdout: string;
}

export interface CommandOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env: Readonly<Record<string, string>>;
  /** Gets the output while it comes. */
  onOutput?: ((text: string) => void) | undefined;
}

/** How long an interrupted command may take to end, in milliseconds. */
const patienceMs = 10_000;

export class EngineCommands {
  private readonly children = new Set<ChildProcess>();
  private isEnded = false;

  constructor(
    private readonly program: string,
    /** A command that takes longer is killed. */
    private readonly maxRunMs: number,
  ) {}

  /** Process ids of the commands under way. */
  get running(): readonly number[] {
    return [...this.children].flatMap(({ pid }) => pid ?? []);
  }

  async run(args: readonly string[], { cwd, env, onOutput }: CommandOptions): Promise<Run> {
    if (this.isEnded) throw new Error("interrupted");
    const child = spawn(this.program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: a Ctrl-C in the terminal is for us, who pass it on in our own time.
      detached: process.platform !== "win32",
    });
    this.children.add(child);
    const limit = setTimeout(() => killTree(child), this.maxRunMs);
    const run: Run = { code: 1, stdout: "", text: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      run.stdout += chunk;
    });
    for (const stream of [child.stdout, child.stderr]) {
      // A chunk may end amid a line, where what the other stream brings has no place.
      let begun = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        onOutput?.(chunk);
        begun += chunk;
        const end = begun.lastIndexOf("\n") + 1;
        run.text += begun.slice(0, end);
        begun = begun.slice(end);
      });
      stream.on("end", () => {
        run.text += begun;
      });
    }
    try {
      run.code = await new Promise<number>((settle, fail) => {
        child.on("error", fail);
        child.on("close", status => settle(status ?? 1));
      });
      return run;
    } finally {
      clearTimeout(limit);
      this.children.delete(child);
    }
  }

  /** What a terminal's Ctrl-C does: everything in the group of the command hears of it. */
  interrupt(): void {
    for (const pid of this.running) process.kill(-pid, "SIGINT");
  }

  /**
   * Kills what is under way with everything that it has started: the engine puts its plugins into groups of their own,
   * and a program whose engine is gone would spin for ever.
   */
  kill(): void {
    for (const child of this.children) killTree(child);
  }

  /**
   * As a person at a terminal would: an interrupt of the engine, and a kill for whatever does not heed it. Nothing more is
   * run.
   */
  async end(): Promise<void> {
    this.isEnded = true;
    await Promise.all([...this.children].map(child => this.endOf(child)));
  }

  private async endOf(child: ChildProcess): Promise<void> {
    const closed = new Promise<void>(settle => child.once("close", settle));
    // An engine that is killed leaves behind what it has started, and then nothing tells whose that was.
    const tree = treeOf(child.pid);
    child.kill("SIGINT");
    await Promise.race([closed, sleep(patienceMs, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) {
      kill(tree);
      killTree(child);
    }
    await closed;
  }
}

function killTree(child: ChildProcess): void {
  kill(treeOf(child.pid));
  child.kill("SIGKILL");
}
