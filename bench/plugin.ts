/** A plugin's process, driven as the engine does, without one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Issued } from "../emulator/pki";
import type { Marked } from "../provider/lifecycle";
import type { RawInputs } from "../provider/resources/resource";
import { PluginClient } from "../tests/plugin/client";
import type { Side } from "./certificateStack";
import type { Target } from "./emulator";

const programs: Record<Side, string> = {
  ours: join(__dirname, "..", "bin", "pulumi-resource-zuplo"),
  floor: join(__dirname, "peers", "noop", "pulumi-resource-noop"),
};
const endOnSignal = join(__dirname, "endOnSignal.cjs");
/** What Linux counts processor time in: a hundredth of a second. */
const tickMs = 10;
/** Twice what the engine does side by side on two cores. */
const parallel = 16;
const type = "MtlsCertificate";

/** A certificate that was created: what the program says of it, and what the engine stores. */
export interface Made {
  news: RawInputs;
  inputs: Marked;
  state: Marked & { id: string };
}

async function sideBySide<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.map((item, index) => ({ item, index }));
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      results[next.index] = await work(next.item, next.index);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}

export class PluginProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: PluginClient,
    /** From the start of the process to its port, in milliseconds. */
    readonly startMs: number,
  ) {}

  /** @param profileFolder where the process writes a CPU profile when it is stopped. */
  static async start(side: Side, profileFolder?: string): Promise<PluginProcess> {
    const profiling = ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`, "--require", endOnSignal];
    const nodeOptions = profileFolder === undefined ? [] : profiling;
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...nodeOptions, programs[side]], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    const startMs = performance.now() - startedAt;
    return new PluginProcess(child, PluginClient.connect(Number(String(port).trim())), startMs);
  }

  /** Checks and creates each of the certificates. */
  async create(target: Target, certificates: readonly Issued[]): Promise<Made[]> {
    await this.client.configureFor(target);
    return sideBySide(certificates, async ({ certificate, privateKey }, index) => {
      const news = { certificate, privateKey, environments: ["production"], name: `cert_${index}` };
      const inputs = await this.client.check(type, news);
      return { news, inputs, state: await this.client.create(type, inputs) };
    });
  }

  /** Checks and compares certificates of which none has changed, as an `up` with nothing to do does. */
  async compare(target: Target, made: readonly Made[]): Promise<void> {
    await this.client.configureFor(target);
    await sideBySide(made, async ({ news, inputs, state }) => {
      const checked = await this.client.check(type, news, inputs);
      const { isChanged } = await this.client.diff(type, state, checked, inputs);
      if (isChanged) throw new Error("an unchanged certificate was found to be changed");
    });
  }

  /** The most memory that the process ever had, in MB; undefined where the system does not tell. */
  peakMemory(): number | undefined {
    if (process.platform !== "linux") return undefined;
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
  }

  /** Processor time of the process so far, in milliseconds; undefined where the system does not tell. */
  processorTime(): number | undefined {
    if (process.platform !== "linux") return undefined;
    // proc(5): utime and stime are the 14th and 15th field, and the name before them may hold spaces.
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  }

  async stop(): Promise<void> {
    this.client.stop();
    const exited = once(this.child, "exit");
    this.child.kill();
    await exited;
  }
}
