/** Runs Pulumi on a project as it stands, with a home, a state and stack settings of its own in a temporary folder. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineCommands, type Run } from "../engine/commands";

export type { Run };

export interface PulumiOptions {
  /** The project's folder. Nothing is written to it. */
  folder: string;
  env: Record<string, string>;
  /** Gets the output of previews and updates while it comes. */
  onOutput?: (text: string) => void;
  color?: boolean;
}

const maxRunMs = 180_000;

export class PulumiProject {
  /** Gone after `remove`. */
  readonly home = mkdtempSync(join(tmpdir(), "pulumi-zuplo-"));
  private readonly commands = new EngineCommands("pulumi", maxRunMs);

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
  kill(): void {
    this.commands.kill();
  }

  /** The state, in which secrets are encrypted. */
  async export(stack: string): Promise<string> {
    return (await this.succeed(["-C", this.options.folder, "stack", "export", "--stack", stack])).stdout;
  }

  /** Ends what runs; nothing more is run. */
  async interrupt(): Promise<void> {
    await this.commands.end();
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
    const { env, color = false } = this.options;
    return this.commands.run([...args, "--non-interactive", "--color", color ? "always" : "never"], {
      env: { ...this.environment(), ...env },
      onOutput,
    });
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
