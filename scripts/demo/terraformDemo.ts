import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EngineCommands } from "../engine/commands";
import { providerOfCheckout } from "../engine/terraform";
import type { DemoEngine, DemoOptions } from "./engine";
import { countsInTerraformState } from "./state";

const example = resolve(__dirname, "../../examples/terraform/rotation");
const maxRunMs = 180_000;

export function terraformDemo({ env, onOutput, color }: DemoOptions): DemoEngine {
  const home = mkdtempSync(join(tmpdir(), "pulumi-zuplo-"));
  const stateFile = join(home, "terraform.tfstate");
  const commands = new EngineCommands("terraform", maxRunMs);
  const own = { ...providerOfCheckout(home), TF_DATA_DIR: join(home, "data") };
  let certs = "";

  async function run(command: string, show: boolean, ...options: string[]): Promise<void> {
    const always = ["-input=false", "-compact-warnings", `-state=${stateFile}`, `-var=certs=${certs}`];
    const args = [`-chdir=${example}`, command, ...always, ...(color ? [] : ["-no-color"]), ...options];
    const { code, text } = await commands.run(args, {
      env: { ...own, ...env },
      onOutput: show ? onOutput : undefined,
    });
    if (code !== 0) throw new Error(`terraform ${command} ended with ${code}${show ? "" : `:\n${text}`}`);
  }

  return {
    home,
    plans: "terraform plan",
    applies: "terraform apply",
    init: async folder => {
      certs = folder;
    },
    plan: () => run("plan", true, "-lock=false"),
    apply: ({ isQuiet = false } = {}) => run("apply", !isQuiet, "-auto-approve"),
    state: () => readFile(stateFile, "utf8"),
    countsOf: countsInTerraformState,
    interrupt: () => commands.end(),
    async remove() {
      await commands.end();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
