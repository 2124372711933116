import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { shell } from "../docs/shell";
import { assertSafe, names } from "../support/rotation";
import { engine, missingEngine } from "../support/terraform";
import { cli } from "./capture";

const root = resolve(__dirname, "../..");

describe("the next steps that `pulumi-zuplo init` prints", () => {
  let emulator: Emulator;
  let folder: string;

  beforeEach(async () => {
    emulator = await startEmulator({
      deployMs: 50,
      apiKey: "zpka_key",
      account: "acme",
      projects: ["gateway"],
    });
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-init-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await emulator.stop();
  });

  for (const language of ["typescript", "yaml", "terraform"]) {
    it(`put a certificate into service as they stand: ${language}`, async function () {
      this.timeout(180_000);
      if (language === "terraform" && missingEngine() !== undefined) this.skip();
      // given
      const shop = join(folder, "shop");
      const { code, stdout } = await cli(["init", shop, "--language", language]);
      assert.equal(code, 0);
      const { chain, privateKey } = await emulator.authority.issue();
      await mkdir(join(shop, "certs"));
      await writeFile(join(shop, "certs/client.pem"), chain);
      await writeFile(join(shop, "certs/client-key.pem"), privateKey, { mode: 0o600 });
      const steps = stdout.split("\n").flatMap(line => /^ {2}(.*)$/.exec(line)?.[1] ?? []);
      assert.ok(steps.some(line => line.startsWith("npm install")));
      // when
      const script = steps.map(line => typed(line)).join("\n");
      await mkdir(join(folder, ".state"));
      const env = {
        ...process.env,
        // Where the reader has Zuplo itself, and where the state is to be.
        ZUPLO_DEVELOPER_API_ENDPOINT: emulator.apiUrl,
        ZUPLO_SETTLE: "0",
        HOME: folder,
        PULUMI_HOME: join(folder, ".pulumi"),
        PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
        PULUMI_CONFIG_PASSPHRASE: "passphrase",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        TF_CLI_ARGS_apply: "-auto-approve",
      };
      await shell(`set -e\n${script}`, { cwd: folder, env }, `${emulator.apiKey}\n`);
      // then
      assert.equal(names(emulator).length, 1);
      assertSafe(emulator);
    });
  }

  /** With what the reader puts in, and the packages of the checkout in place of those of the registry. */
  function typed(line: string): string {
    if (line.startsWith("cd ")) return `cd ${join(folder, "shop")}`;
    if (line === "npm install") {
      return [
        "mkdir -p node_modules/.bin",
        `ln -s ${root} node_modules/pulumi-zuplo`,
        `ln -s ${join(root, "node_modules/@pulumi")} node_modules/@pulumi`,
        "ln -s ../pulumi-zuplo/bin/pulumi-zuplo node_modules/.bin/pulumi-zuplo",
      ].join("\n");
    }
    return line.replace("NAME", emulator.project).replace(/^terraform /, `${engine} `);
  }
});
