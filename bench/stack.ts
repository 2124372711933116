/** A stack in a temporary folder, with its own home and state, whose commands are timed. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { settingsOf } from "../emulator/settings";
import { kill, treeOf } from "../scripts/demo/processTree";
import type { Target } from "./emulator";

const root = resolve(__dirname, "..");
const maxRunMs = 600_000;
const stackName = "prod";

/** What one command took. */
export interface Cost {
  /** Milliseconds by the clock. */
  wall: number;
  /** Milliseconds of processor time, of the command and of everything that it started. */
  cpu: number;
}

export interface StackOptions {
  /** Of the commands, from 0 to 19: the higher, the later it is their turn. Default 0. */
  niceness?: number;
  /** Whether the engine writes the whole state with every step, as it does by default, or only at the end. */
  checkpoints?: boolean;
}

/** The files of a project, by their names; `Pulumi.yaml` among them. */
export type Files = Record<string, string>;

/** Keys are among them: nobody else may read them. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o600 })),
  );
}

export class BenchStack {
  private constructor(
    readonly folder: string,
    private readonly env: Record<string, string>,
    private readonly niceness: number,
  ) {}

  static async create(target: Target, files: Files, options: StackOptions = {}): Promise<BenchStack> {
    const { niceness = 0, checkpoints = true } = options;
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-bench-"));
    const stack = new BenchStack(
      folder,
      {
        PULUMI_HOME: join(folder, ".home"),
        PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_ACCESS_TOKEN: "",
        PULUMI_STACK: stackName,
        ...settingsOf(target),
        ...(checkpoints ? {} : { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" }),
      },
      niceness,
    );
    await mkdir(join(folder, ".state"));
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules", "pulumi-zuplo"), "dir");
    await symlink(join(root, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"), "dir");
    await stack.write(files);
    await stack.time("stack", "init", stackName);
    return stack;
  }

  write(files: Files): Promise<void> {
    return writeFiles(this.folder, files);
  }

  up(...args: string[]): Promise<Cost> {
    return this.time("up", "--yes", "--skip-preview", ...args);
  }

  refresh(...args: string[]): Promise<Cost> {
    return this.time("refresh", "--yes", "--skip-preview", ...args);
  }

  destroy(...args: string[]): Promise<Cost> {
    return this.time("destroy", "--yes", "--skip-preview", ...args);
  }

  /** Bytes of the state's file. */
  async stateSize(): Promise<number> {
    const [project = ""] = /(?<=^name: |"name": ")[\w-]+/m.exec(await this.read("Pulumi.yaml")) ?? [];
    return (await this.read(`.state/.pulumi/stacks/${project}/${stackName}.json`)).length;
  }

  /** Throws with what the command printed where it fails. */
  async time(...args: string[]): Promise<Cost> {
    // The shell knows what everything below it has used: `times` prints two lines, the second of its children.
    const script = 'nice -n "$0" pulumi "$@" 2>&1; status=$?; times >&3; exit $status';
    const flags = [...args, "--non-interactive", "--color", "never"];
    const startedAt = performance.now();
    const child = spawn("sh", ["-c", script, String(this.niceness), ...flags], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    });
    let text = "";
    let times = "";
    child.stdout?.on("data", chunk => {
      text += chunk;
    });
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      times += chunk;
    });
    const code = await ended(child);
    const wall = performance.now() - startedAt;
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${text.slice(-4000)}`);
    return { wall, cpu: cpuOf(times) };
  }

  private read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function ended(child: ChildProcess): Promise<number> {
  const limit = setTimeout(() => kill(treeOf(child.pid)), maxRunMs);
  try {
    return await new Promise<number>((settle, fail) => {
      child.on("error", fail);
      child.on("close", status => settle(status ?? 1));
    });
  } finally {
    clearTimeout(limit);
  }
}

/** The second line of what `times` prints, such as `0m1.230s 0m0.450s`, in milliseconds. */
export function cpuOf(times: string): number {
  const line = times.trim().split("\n").at(-1) ?? "";
  const seconds = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}
