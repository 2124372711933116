/** The real engine, once with the dynamic resources and once with the native plugin, on programs that are lists. */
import { execFileSync } from "node:child_process";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../emulator";
import type { Issued } from "../../../emulator/pki";
import type { RawInputs } from "../../../provider/resources/resource";
import { descendants, kill } from "../../../scripts/demo/processTree";
import { usePlugin } from "../../support/plugin";
import { assertSucceeded, type Run, TestProject } from "../../support/project";
import { pem } from "../../support/rotation";
import { type Stage, variable, verify } from "../programs";

export const adapters = ["dynamic", "native"] as const;
export type Adapter = (typeof adapters)[number];

/** A resource as programs/world.js takes it. */
export interface Listed {
  /** By which others refer to it; its name by default. */
  key?: string;
  type: string;
  name: string;
  args: RawInputs;
  opts?: RawInputs;
}

/** A stack of its own, at the emulator of the test. */
export class World {
  private constructor(
    readonly adapter: Adapter,
    readonly emulator: Emulator,
    readonly project: TestProject,
  ) {}

  static async open(
    adapter: Adapter,
    emulator: Emulator,
    options: { name?: string; env?: Record<string, string> } = {},
  ): Promise<World> {
    const project = await TestProject.create(emulator, "../situations/programs/world.js", options);
    if (adapter === "native") await usePlugin(project);
    return new World(adapter, emulator, project);
  }

  write(resources: readonly Listed[]): Promise<void> {
    return this.project.write({ native: this.adapter === "native", resources });
  }

  /** Writes the program and runs `pulumi up`, which must go well. */
  async up(resources: readonly Listed[], ...args: string[]): Promise<Run> {
    await this.write(resources);
    const run = await this.project.up(...args);
    assertSucceeded(run);
    return run;
  }

  /** Writes the program and runs `pulumi up`, however it ends. */
  async try(resources: readonly Listed[], ...args: string[]): Promise<Run> {
    await this.write(resources);
    return this.project.up(...args);
  }
}

/** The test with each adapter: an emulator with these branches, and a stack with nothing in it. */
export function withEngine(
  title: string,
  branches: readonly string[],
  work: (world: World) => Promise<void>,
  options: EmulatorOptions = {},
): void {
  for (const adapter of adapters) {
    it(`${title} (${adapter})`, async () => {
      const emulator = await startEmulator({
        branches: branches.map(name => ({ name })),
        deployMs: 50,
        ...options,
      });
      let world: World | undefined;
      try {
        world = await World.open(adapter, emulator);
        await work(world);
      } finally {
        await world?.project.remove();
        await emulator.stop();
      }
    });
  }
}

/** An MtlsBinding with one stage for each branch. */
export function binding(
  issued: Issued,
  branches: readonly string[],
  more: RawInputs & { name?: string; stages?: readonly Stage[] } = {},
): Listed {
  const { name = "backend", ...args } = more;
  const stages = branches.map(branch => ({ branches: [branch], verify }));
  return { type: "MtlsBinding", name, args: { ...pem(issued), variable, stages, ...args } };
}

/** An MtlsCertificate, whose key is its name. */
export function certificate(
  name: string,
  issued: Issued,
  more: RawInputs = {},
  opts: RawInputs = {},
): Listed {
  const environments = ["preview", "production"];
  return { type: "MtlsCertificate", name, args: { ...pem(issued), environments, ...more }, opts };
}

/** Variable and redeployment of each branch, that use the certificate of this key; every variable comes first. */
export function uses(own: string, branches: readonly string[], more: RawInputs = {}): Listed[] {
  const value = `\${${own}.name}`;
  return [
    ...branches.map(branch => ({
      key: `variable-${branch}`,
      type: "EnvironmentVariable",
      name: branch,
      args: { branch, name: variable, value },
    })),
    ...branches.map(branch => ({
      key: `redeployment-${branch}`,
      type: "Redeployment",
      name: branch,
      args: {
        branch,
        certificates: [value],
        variables: [{ branch, name: variable, value: `\${variable-${branch}.value}` }],
        verify,
        timeout: 20,
        ...more,
      },
      opts: { dependsOn: branches.map(each => `variable-${each}`) },
    })),
  ];
}

/** The pulumi command under way that this process has started, with everything that it has started. */
export function engineTree(): { engine: number; all: number[]; hosts: number[] } {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = table
    .trim()
    .split("\n")
    .map(line => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter(row => row !== null)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args ?? "" }));
  const own = rows.find(({ parent, args }) => parent === process.pid && /^pulumi\s/.test(args));
  if (own === undefined) throw new Error("no pulumi command is under way");
  const all = descendants(table.replace(/^(\s*\d+\s+\d+)\s.*$/gm, "$1"), own.pid);
  const isHost = (args: string) => /dynamic-provider|pulumi-resource-/.test(args);
  const hosts = rows.filter(({ pid, args }) => all.includes(pid) && isHost(args)).map(({ pid }) => pid);
  return { engine: own.pid, all, hosts };
}

/** Those that are still there. What has ended and was not waited for is not. */
export function aliveOf(pids: readonly number[]): number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,stat="], { encoding: "utf8" });
  const rows = table
    .trim()
    .split("\n")
    .map(line => line.trim().split(/\s+/));
  return rows
    .filter(([, stat]) => !stat?.startsWith("Z"))
    .map(([pid]) => Number(pid))
    .filter(pid => pids.includes(pid));
}

export { kill };

/** What a run printed, on one line: the engine wraps it. */
export function said({ text }: Run): string {
  return text.replace(/\s+/g, " ");
}
