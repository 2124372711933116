import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { CommandFailed } from "./errors";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** A file to which the command and its output are appended. */
  readonly log?: string;
}

/** Runs a command, and gives back what it wrote to its standard output. Throws CommandFailed. */
export type Runner = (command: Command) => Promise<string>;

const TAIL_LINES = 15;
const TAIL_CHARACTERS = 16_384;

export function runner(signal: AbortSignal): Runner {
  return command => run(command, signal);
}

function run(command: Command, signal: AbortSignal): Promise<string> {
  const line = [command.command, ...command.args].join(" ");
  const log = (text: string | Buffer) => command.log !== undefined && appendFileSync(command.log, text);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    log(`$ ${line}\n`);
    // A group of its own, so that a time limit or Ctrl-C ends also what the command has started.
    const child = spawn(command.command, command.args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    let stdout = "";
    let tail = "";
    const take = (data: Buffer) => {
      log(data);
      tail = (tail + data).slice(-TAIL_CHARACTERS);
    };
    child.stdout.on("data", (data: Buffer) => {
      stdout += data;
      take(data);
    });
    child.stderr.on("data", take);

    let ending = "";
    const end = (why: string) => {
      ending = why;
      kill(child);
    };
    const onAbort = () => end("was stopped");
    signal.addEventListener("abort", onAbort, { once: true });
    const limit = command.timeoutMs;
    const timer =
      limit === undefined ? undefined : setTimeout(() => end(`took longer than ${limit / 1000} s`), limit);
    const settle = (failure: string | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      if (failure === undefined) resolve(stdout);
      else reject(new CommandFailed(`\`${line}\` ${failure}`, lastLines(tail), command.log));
    };
    child.on("error", error => settle(`did not start: ${error.message}`));
    child.on("close", (code, by) => {
      if (ending !== "") settle(ending);
      else settle(code === 0 ? undefined : `failed (${by ?? `exit code ${code}`})`);
    });
  });
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill();
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended on its own meanwhile.
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}
