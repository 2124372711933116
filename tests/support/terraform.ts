import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Issued } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { sourceAddress } from "../../provider/adapters/terraformAddress";
import type { Run } from "../../scripts/engine/commands";
import { providerOfCheckout } from "../../scripts/engine/terraform";
import { entriesOf } from "../../scripts/release/archive";
import { EngineProject } from "./engineProject";
import { assertSucceeded, type Settings } from "./project";

/** The engine that is used: the one that is named in the environment, or Terraform. */
export const engine = process.env.ZUPLO_TEST_TERRAFORM ?? "terraform";

/** Why nothing can be tried with the engine; undefined where it is there. */
export function missingEngine(): string | undefined {
  try {
    execFileSync(engine, ["version"], { stdio: "ignore", env: { ...process.env, TF_CLI_CONFIG_FILE: "" } });
    return undefined;
  } catch {
    return `skipped: there is no ${engine} on PATH`;
  }
}

/** Skips the tests of a suite with a line that says so where there is no engine; in CI, that is a failure. */
export function needsEngine(this: Mocha.Context): void {
  const missing = missingEngine();
  if (missing === undefined) return;
  if (process.env.CI) throw new Error(missing);
  console.log(`        ${missing}`);
  this.skip();
}

const requirements = `
terraform {
  required_providers {
    zuplo = { source = "${sourceAddress}" }
  }
}
`;

/** A configuration in a temporary folder with its own state, run by the real engine with the provider of this checkout. */
export class TerraformProject extends EngineProject {
  private constructor(folder: string, env: Record<string, string>) {
    super(folder, env, engine);
  }

  static async create(emulator: Settings, env: Record<string, string> = {}): Promise<TerraformProject> {
    return TerraformProject.in(await temporary(), emulator, env);
  }

  /** A copy of a project's folder, state included, against another emulator. */
  static async open(
    emulator: Settings,
    from: string,
    env: Record<string, string> = {},
  ): Promise<TerraformProject> {
    const folder = await temporary();
    await cp(from, folder, { recursive: true });
    return TerraformProject.in(folder, emulator, env);
  }

  private static async in(
    folder: string,
    emulator: Settings,
    env: Record<string, string>,
  ): Promise<TerraformProject> {
    return new TerraformProject(folder, {
      ...providerOfCheckout(folder),
      ...settingsOf(emulator),
      ...env,
    });
  }

  /** Writes a certificate and its key, as FILE.pem and FILE.key. */
  async pem(file: string, { chain, privateKey }: Pick<Issued, "chain" | "privateKey">): Promise<void> {
    await this.file(`${file}.pem`, chain);
    await this.file(`${file}.key`, privateKey);
  }

  /** Applies a configuration of these blocks, which has to succeed. */
  async applied(...blocks: string[]): Promise<void> {
    await this.write(blocks.join("\n"));
    assertSucceeded(await this.apply());
  }

  /** The next plan has nothing to do. */
  async assertUnchanged(): Promise<void> {
    const { code, text } = await this.plan("-detailed-exitcode");
    assert.equal(code, 0, text);
  }

  /** Writes the configuration. */
  async write(text: string): Promise<void> {
    await writeFile(join(this.folder, "main.tf"), requirements + text);
  }

  /** Writes a file beside it. */
  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  apply(...args: string[]): Promise<Run> {
    return this.run("apply", "-auto-approve", ...args);
  }

  plan(...args: string[]): Promise<Run> {
    return this.run("plan", ...args);
  }

  destroy(...args: string[]): Promise<Run> {
    return this.run("destroy", "-auto-approve", ...args);
  }

  /** The attributes of a resource, as the state has them. */
  async resource(address: string): Promise<Record<string, unknown>> {
    const { stdout } = await this.succeed("show", "-json");
    const { values } = JSON.parse(stdout) as {
      values?: { root_module: { resources?: { address: string; values: Record<string, unknown> }[] } };
    };
    const found = values?.root_module.resources?.find(resource => resource.address === address);
    if (found === undefined) throw new Error(`${address} is not in the state`);
    return found.values;
  }

  run(...args: string[]): Promise<Run> {
    const env = { ...this.env, TF_CLI_ARGS: "-no-color", TF_INPUT: "0" };
    return this.commands.run(args, { cwd: this.folder, env });
  }

  /** Everything that the engine has written: states, and what a plan's file holds. */
  async written(): Promise<string> {
    const names = await readdir(this.folder);
    const states = names.filter(name => name.includes("tfstate"));
    const texts = states.map(name => readFile(join(this.folder, name), "utf8"));
    const plans = names.filter(name => name.endsWith(".tfplan"));
    const unpacked = plans.map(async name => {
      const entries = await entriesOf("plan.zip", await readFile(join(this.folder, name)));
      return entries.map(({ content }) => content.toString("latin1")).join("\n");
    });
    return (await Promise.all([...texts, ...unpacked])).map(withDecoded).join("\n");
  }
}

function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), "terraform-zuplo-test-"));
}

/** A text, and what stands in it as base64, as `private` does. */
function withDecoded(text: string): string {
  const decoded = [...text.matchAll(/"([A-Za-z0-9+/]{24,}=*)"/g)].map(([, found = ""]) =>
    Buffer.from(found, "base64").toString("latin1"),
  );
  return [text, ...decoded].join("\n");
}
