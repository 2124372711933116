import { rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { settingsOf } from "../../emulator/settings";
import type { Run } from "../../scripts/engine/commands";
import { EngineProject } from "./engineProject";

const root = resolve(__dirname, "../..");
const defaultStack = "prod";
/** Folders with stacks that have no resources yet, by the names of project and stack. */
const newStacks = new Map<string, string>();

export type { Run };

/** What the settings of a project need to know of an emulator. */
export type Settings = Parameters<typeof settingsOf>[0];

/** A Pulumi project in a temporary folder, with its own home and state, run by the real engine and language host. */
export class TestProject extends EngineProject {
  private constructor(folder: string, env: Record<string, string>, maxRunMs?: number) {
    super(folder, env, "pulumi", maxRunMs);
  }

  /** `program` is a file of tests/programs; it reads `inputs.json` beside it. */
  static async create(
    emulator: Settings,
    program: string,
    options: { name?: string; stack?: string; env?: Record<string, string>; maxRunMs?: number } = {},
  ): Promise<TestProject> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-test-"));
    const { name = "shop", stack = defaultStack } = options;
    const env = environment(emulator, folder, stack, options.env);
    const project = new TestProject(folder, env, options.maxRunMs);
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules", "pulumi-zuplo"), "dir");
    await symlink(join(root, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"), "dir");
    await writeFile(join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name, main: "index.js" }));
    await cp(join(root, "tests", "programs", program), join(folder, "index.js"));
    await project.init(name, stack);
    return project;
  }

  /** A copy of a project's folder, state included, against another emulator. */
  static async open(
    emulator: Settings,
    from: string,
    env: Record<string, string> = {},
  ): Promise<TestProject> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-test-"));
    await cp(from, folder, { recursive: true, verbatimSymlinks: true });
    return new TestProject(folder, environment(emulator, folder, defaultStack, env));
  }

  /** A new stack. In a backend of its own it is a copy of the first such one: deriving its key takes a second. */
  private async init(name: string, stack: string): Promise<void> {
    const state = join(this.folder, ".state");
    await mkdir(state);
    if (this.env.PULUMI_BACKEND_URL !== `file://${state}`) {
      await this.succeed("stack", "init", stack);
      return;
    }
    const files = [".state", `Pulumi.${stack}.yaml`];
    const known = newStacks.get(`${name}/${stack}`);
    const copy = (from: string, to: string) =>
      Promise.all(files.map(file => cp(join(from, file), join(to, file), { recursive: true })));
    if (known !== undefined) {
      await copy(known, this.folder);
      return;
    }
    await this.succeed("stack", "init", stack);
    const kept = await mkdtemp(join(tmpdir(), "pulumi-zuplo-stack-"));
    process.once("exit", () => rmSync(kept, { recursive: true, force: true }));
    await copy(this.folder, kept);
    newStacks.set(`${name}/${stack}`, kept);
  }

  /** What the program reads. */
  async write(inputs: unknown): Promise<void> {
    await writeFile(join(this.folder, "inputs.json"), JSON.stringify(inputs));
  }

  preview(...args: string[]): Promise<Run> {
    return this.run("preview", "--diff", ...args);
  }

  up(...args: string[]): Promise<Run> {
    return this.run("up", "--yes", "--skip-preview", ...args);
  }

  destroy(...args: string[]): Promise<Run> {
    return this.run("destroy", "--yes", "--skip-preview", ...args);
  }

  refresh(...args: string[]): Promise<Run> {
    return this.run("refresh", "--yes", "--skip-preview", ...args);
  }

  /** The state as `pulumi stack export` prints it. */
  async state(...args: string[]): Promise<string> {
    return (await this.succeed("stack", "export", ...args)).stdout;
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.succeed("stack", "output", "--json")).stdout) as Record<string, unknown>;
  }

  run(...args: string[]): Promise<Run> {
    const { folder: cwd, env } = this;
    return this.commands.run([...args, "--non-interactive", "--color", "never"], { cwd, env });
  }

  override async remove(): Promise<void> {
    // A plugin may still be writing while the engine ends.
    await sleep(50);
    await super.remove();
  }
}

function environment(
  emulator: Settings,
  folder: string,
  stack: string,
  more: Record<string, string> = {},
): Record<string, string> {
  return {
    PULUMI_HOME: join(folder, ".home"),
    PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_ACCESS_TOKEN: "",
    PULUMI_STACK: stack,
    ...settingsOf(emulator),
    ...more,
  };
}

/** Fails with what was printed, which tells more than an exit code. */
export function assertSucceeded(run: Run): void {
  if (run.code !== 0) throw new Error(`pulumi ended with ${run.code}:\n${run.text}`);
}

export function assertFailed(run: Run): void {
  if (run.code === 0) throw new Error(`pulumi should have failed:\n${run.text}`);
}
