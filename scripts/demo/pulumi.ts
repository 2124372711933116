/** Runs Pulumi on a project as it stands, with a home, a state and stack settings of its own in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, treeOf } from "./processTree";

/** What a command printed, and how it ended. */
export interface Run {
  code: number;
  stdout: string;
  /** Standard output and standard error, in the order in which they came. */
  text: string;
}

export interface PulumiOptions {
  /** The project's folder. Nothing is written to it. */
  folder: string;
  env: Record<string, string>;
  /** Gets the output of previews and updates while it comes. */
  onOutput?: (text: string) => void;
  color?: boolean;
}

const MAX_RUN_MS = 180_000;
const PATIENCE_MS = 10_000;

export class PulumiProject {
  /** Gone after `remove`. */
  readonly home = mkdtempSync(join(tmpdir(), "pulumi-zuplo-"));
  private readonly children = new Set<ChildProcess>();
  private isInterrupted = false;

  constructor(private readonly options: PulumiOptions) {
    for (const name of ["home", "state"]) mkdirSync(join(this.home, name));
    copyFileSync(join(options.folder, "Pulumi.yaml"), join(this.home, "Pulumi.yaml"));
  }

  /**
   * A new stack, with the settings that the project has for one of this name. The engine writes a salt into the file
   * with the settings: that is why it gets a copy of it.
   */
  async init(stack: string, config: Record<string, string> = {}): Promise<void> {
    const settings = `Pulumi.${stack}.yaml`;
    const committed = join(this.options.folder, settings);
    if (existsSync(committed)) copyFileSync(committed, join(this.home, settings));
    await this.succeed(["-C", this.home, "stack", "init", stack]);
    for (const [key, value] of Object.entries(config))
      await this.succeed(["-C", this.home, "config", "set", "--stack", stack, key, value]);
  }

  preview(stack: string): Promise<Run> {
    return this.succeed([...this.inProject(stack, "preview"), "--suppress-progress"], this.options.onOutput);
  }

  /** @param isQuiet whether the output is shown only where it fails. */
  up(stack: string, { isQuiet = false } = {}): Promise<Run> {
    const args = [...this.inProject(stack, "up"), "--yes", "--skip-preview", "--suppress-progress"];
    return this.succeed(args, isQuiet ? undefined : this.options.onOutput);
  }

  /** @returns how it ended, since it may be killed. */
  destroy(stack: string): Promise<Run> {
    return this.run([...this.inProject(stack, "destroy"), "--yes", "--skip-preview", "--suppress-progress"]);
  }

  /** Frees a stack whose engine was killed. */
  async cancel(stack: string): Promise<void> {
    await this.succeed(["-C", this.options.folder, "cancel", "--yes", "--stack", stack]);
  }

  /** Kills what runs, with everything that it has started. */
  async kill(): Promise<void> {
    const trees = [...this.children].map(({ pid }) => (pid === undefined ? [] : treeOf(pid)));
    kill((await Promise.all(trees)).flat());
  }

  /** The state, in which secrets are encrypted. */
  async export(stack: string): Promise<string> {
    return (await this.succeed(["-C", this.options.folder, "stack", "export", "--stack", stack])).stdout;
  }

  /** Ends what runs; nothing more is run. */
  async interrupt(): Promise<void> {
    this.isInterrupted = true;
    await Promise.all([...this.children].map(end));
  }

  /** Ends what runs, and removes the temporary folder. */
  async remove(): Promise<void> {
    await this.interrupt();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private inProject(stack: string, command: string): string[] {
    const settings = join(this.home, `Pulumi.${stack}.yaml`);
    return ["-C", this.options.folder, command, "--stack", stack, "--config-file", settings];
  }

  private async succeed(args: string[], onOutput?: (text: string) => void): Promise<Run> {
    const run = await this.run(args, onOutput);
    if (run.code === 0) return run;
    throw new Error(`pulumi ${args.join(" ")} ended with ${run.code}${onOutput ? "" : `:\n${run.text}`}`);
  }

  private async run(args: string[], onOutput?: (text: string) => void): Promise<Run> {
    if (this.isInterrupted) throw new Error("interrupted");
    const { env, color = false } = this.options;
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", color ? "always" : "never"], {
      env: { ...process.env, ...this.environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: a Ctrl-C in the terminal is for us, who pass it on in our own time.
      detached: process.platform !== "win32",
    });
    this.children.add(child);
    const limit = setTimeout(() => void end(child), MAX_RUN_MS);
    const run: Run = { code: 1, stdout: "", text: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      run.stdout += chunk;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        run.text += chunk;
        onOutput?.(chunk);
      });
    }
    try {
      run.code = await new Promise<number>((settle, fail) => {
        child.on("error", fail);
        child.on("close", status => settle(status ?? 1));
      });
    } finally {
      clearTimeout(limit);
      this.children.delete(child);
    }
    return run;
  }

  private environment(): Record<string, string> {
    return {
      PULUMI_HOME: join(this.home, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.home, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "demo",
      PULUMI_ACCESS_TOKEN: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }
}

/** As a person at a terminal would: an interrupt, and a kill for whatever does not heed it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const closed = new Promise<void>(settle => child.once("close", settle));
  // The engine gives each plugin a process group of its own, and one that is killed leaves them behind.
  const tree = await treeOf(child.pid).catch(() => []);
  child.kill("SIGINT");
  await Promise.race([closed, sleep(PATIENCE_MS, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) {
    kill([...tree, ...(await treeOf(child.pid).catch(() => []))]);
    child.kill("SIGKILL");
  }
  await closed;
}
