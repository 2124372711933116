import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsOf } from "../../emulator/settings";
import { type Setup, setUp } from "../emulator/support";
import { cli } from "./capture";

const before = process.cwd();

describe("pulumi-zuplo in the folder of a Pulumi project", () => {
  let setup: Setup;
  let folder: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    setup = await setUp({ projects: ["gateway", "other"] });
    folder = await realpath(await mkdtemp(join(tmpdir(), "pulumi-zuplo-stack-")));
    await mkdir(join(folder, "home"));
    process.chdir(folder);
    const { ZUPLO_API_KEY = "", ZUPLO_DEVELOPER_API_ENDPOINT = "" } = settingsOf(setup.emulator);
    env = { ZUPLO_API_KEY, ZUPLO_DEVELOPER_API_ENDPOINT, PULUMI_HOME: join(folder, "home") };
    await write("Pulumi.yaml", "name: shop\nruntime: yaml\n");
  });
  afterEach(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
    await setup.emulator.stop();
  });

  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const stack = (name: string, ...lines: string[]) =>
    write(`Pulumi.${name}.yaml`, `config:\n${lines.map(line => `  ${line}\n`).join("")}`);
  const select = async (name: string) => {
    const hash = createHash("sha1").update(join(folder, "Pulumi.yaml")).digest("hex");
    await mkdir(join(folder, "home/workspaces"), { recursive: true });
    await write(`home/workspaces/shop-${hash}-workspace.json`, JSON.stringify({ stack: name }));
  };
  const status = (...args: string[]) => cli(["status", ...args], { env });

  it("takes account and project from the only stack, and says so on standard error", async () => {
    // given
    await stack("dev", "zuplo:account: acme", "zuplo:project: gateway", "shop:branch: main");
    // when
    const { code, stdout, stderr } = await status();
    // then
    assert.equal(stderr, "From Pulumi.dev.yaml: account 'acme' and project 'gateway'.\n");
    assert.match(stdout, /^acme\/gateway: 0 certificates\n/);
    assert.equal(code, 0);
  });

  it("takes the stack that is selected, of several; and in a folder below the project", async () => {
    // given
    await stack("dev", "zuplo:project: gateway");
    await stack("prod", "zuplo:project: other");
    await select("organization/shop/prod");
    await mkdir(join(folder, "src/lib"), { recursive: true });
    process.chdir(join(folder, "src/lib"));
    // when
    const { stdout, stderr } = await status();
    // then
    assert.equal(stderr, "From Pulumi.prod.yaml: project 'other'.\n");
    assert.match(stdout, /^acme\/other: /);
    // when the environment selects another one, as it does for Pulumi
    env.PULUMI_STACK = "dev";
    assert.match((await status()).stdout, /^acme\/gateway: /);
    // when the command line does
    assert.match((await status("--stack", "prod")).stdout, /^acme\/other: /);
  });

  it("lets options and the environment win, and says nothing of what did not count", async () => {
    await stack("dev", "zuplo:project: gateway", "zuplo:account: acme");
    const byOption = await status("--project", "other", "--account", "acme");
    assert.match(byOption.stdout, /^acme\/other: /);
    assert.equal(byOption.stderr, "");
    env.ZUPLO_PROJECT = "other";
    const byEnvironment = await status();
    assert.match(byEnvironment.stdout, /^acme\/other: /);
    assert.equal(byEnvironment.stderr, "From Pulumi.dev.yaml: account 'acme'.\n");
  });

  it("says of an encrypted key that only Pulumi can read it, and what to do", async () => {
    // given
    await stack("dev", "zuplo:project: gateway", "zuplo:apiKey:", "  secure: v1:abc:def");
    env.ZUPLO_API_KEY = "";
    // when
    const { code, stdout, stderr } = await status();
    // then
    assert.match(
      stderr,
      /^error: .* the one in Pulumi\.dev\.yaml is encrypted, and only Pulumi can read it\.\n/,
    );
    assert.match(stderr, /Set ZUPLO_API_KEY, or send it: `pulumi config get zuplo:apiKey \| pulumi-zuplo/);
    assert.match(stderr, /\[ZUPLO1004\]\n$/);
    assert.deepEqual([code, stdout], [1, ""]);
  });

  it("names the stacks there are where none is selected and the project is not known", async () => {
    await stack("dev", "zuplo:project: gateway");
    await stack("prod", "zuplo:project: other");
    const { code, stderr } = await status();
    assert.match(
      stderr,
      /^error: The Zuplo project is not set\.\nGive .*, or --stack with one of dev, prod\. \[/,
    );
    assert.equal(code, 1);
  });

  it("refuses a stack that is not there, and one where there is no project", async () => {
    await stack("dev", "zuplo:project: gateway");
    const none = await status("--stack", "live");
    assert.match(none.stderr, /^error: --stack live: .* has no Pulumi\.live\.yaml: it has dev\.\n/);
    await rm(join(folder, "Pulumi.yaml"));
    const nowhere = await status("--stack", "dev");
    assert.match(
      nowhere.stderr,
      /^error: --stack dev: neither this folder nor one above it has a Pulumi\.yaml/,
    );
    assert.deepEqual([none.code, nowhere.code], [1, 1]);
  });

  it("sends the environment's key to no endpoint that only a file names", async () => {
    // given
    const { apiUrl, apiKey } = setup.emulator;
    await stack("dev", "zuplo:project: gateway", `zuplo:endpoint: ${apiUrl}`);
    delete env.ZUPLO_DEVELOPER_API_ENDPOINT;
    setup.emulator.clearTrace();
    // when
    const refused = await status();
    // then
    assert.match(
      refused.stderr,
      /^error: ZUPLO_API_KEY is not sent to an endpoint that only Pulumi\.dev\.yaml names/,
    );
    assert.match(refused.stderr, /\[ZUPLO1007\]\n$/);
    assert.equal(refused.code, 1);
    assert.deepEqual(setup.emulator.trace, []);
    // when the key is given for this command
    await write("key", apiKey);
    const { stdout, stderr, code } = await status("--api-key-file", "key");
    // then
    assert.match(
      stderr,
      new RegExp(`From Pulumi.dev.yaml: project 'gateway' and endpoint '${apiUrl}'\\.\n$`),
    );
    assert.match(stdout, /^acme\/gateway: /);
    assert.equal(code, 0);
  });

  it("reads what the project gives to all of its stacks, a folder of its own for them, and no text that is none", async () => {
    await write(
      "Pulumi.yaml",
      "name: shop\nruntime: yaml\nstackConfigDir: stacks\nconfig:\n  zuplo:account: { value: acme }\n",
    );
    await mkdir(join(folder, "stacks"));
    await write("stacks/Pulumi.dev.yaml", "config: { 'zuplo:project': gateway }");
    assert.equal((await status()).stderr, "From Pulumi.dev.yaml: account 'acme' and project 'gateway'.\n");
    await write("stacks/Pulumi.dev.yaml", "config: [");
    assert.match((await status()).stderr, /^error: The Zuplo project is not set\./);
  });

  it("serves prune and release, too", async () => {
    await stack("dev", "zuplo:project: gateway");
    const pruned = await cli(["prune", "backend_prod_8d80"], { env });
    assert.match(pruned.stderr, /^From Pulumi\.dev\.yaml: project 'gateway'\.\n/);
    assert.match(pruned.stdout, /^acme\/gateway: nothing to delete\n/);
    const release = ["release", "backend", "--branch", "main", "--value", "other"];
    const { stderr } = await cli(release, { env });
    assert.match(
      stderr,
      /^From Pulumi\.dev\.yaml: project 'gateway'\.\nerror: Project 'gateway' has no certificate/,
    );
  });
});
