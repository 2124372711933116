import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";

export interface Machine {
  processor: string;
  cores: number;
  /** In GB. */
  memory: number;
  system: string;
  node: string;
  /** Of the engine. */
  pulumi: string;
}

/** Where the figures come from: they are worth little without it. */
export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    pulumi: execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim(),
  };
}

export function machineText({ processor, cores, memory, system, node, pulumi }: Machine): string {
  return `${processor}, ${cores} cores, ${memory} GB, ${system}, Node ${node}, Pulumi ${pulumi}`;
}
