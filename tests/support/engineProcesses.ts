/** What a command of an engine has started: which of its processes serve resources, and which run the program. */
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { descendants, kill } from "../../scripts/demo/processTree";
import type { EngineCommands } from "../../scripts/engine/commands";

export interface EngineProcesses {
  engine: number;
  /** Each host with what it runs in, such as the shell around that of the dynamic resources. */
  hosts: Process[];
  /** The language host, and the program in it. */
  program: Process[];
}

export interface Process {
  pid: number;
  command: string;
}

const pollMs = 50;
/** The engine's own children of this name serve resources; the language host may have one of its own, for schemas. */
const plugin = /\b(pulumi-resource|terraform-provider)-/;

/** Kills the engines of the commands, and their programs. @returns the hosts of the resources, which nobody ends. */
export function killEngine({ running }: EngineCommands): Process[] {
  return running.flatMap(pid => {
    const { engine, hosts, program } = processesOf(pid);
    kill([engine, ...program.map(each => each.pid)]);
    return hosts;
  });
}

/** Kills the hosts of the resources alone. */
export function killHosts({ running }: EngineCommands): void {
  for (const engine of running) kill(processesOf(engine).hosts.map(({ pid }) => pid));
}

export function processesOf(engine: number): EngineProcesses {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = table
    .trim()
    .split("\n")
    .flatMap(line => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const below = (roots: typeof rows) => {
    const pids = new Set(roots.flatMap(({ pid }) => descendants(table, pid)));
    return rows.filter(({ pid }) => pids.has(pid));
  };
  const children = rows.filter(({ parent }) => parent === engine);
  return {
    engine,
    hosts: below(children.filter(({ command }) => plugin.test(command))),
    program: below(children.filter(({ command }) => !plugin.test(command))),
  };
}

/** The processes that are still there after so many milliseconds. */
export async function aliveAfter(processes: readonly Process[], ms: number): Promise<Process[]> {
  const until = performance.now() + ms;
  for (;;) {
    const alive = stillAlive(processes);
    if (alive.length === 0 || performance.now() >= until) return alive;
    await sleep(pollMs);
  }
}

/** By pid and command, since another process may have got the pid. One that nobody has waited for has ended. */
function stillAlive(processes: readonly Process[]): Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,stat=,args="], { encoding: "utf8" });
  const alive = new Set(
    table.split("\n").flatMap(line => {
      const [, pid, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return state === undefined || state.startsWith("Z") ? [] : [`${pid} ${command}`];
    }),
  );
  return processes.filter(({ pid, command }) => alive.has(`${pid} ${command}`));
}
