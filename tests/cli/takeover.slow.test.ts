import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Emulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { shell } from "../docs/shell";
import { type Setup, setUp } from "../emulator/support";
import { pythonWithSdk } from "../support/python";
import { assertSafe, names, pem } from "../support/rotation";
import { engine, missingEngine } from "../support/terraform";
import { cli } from "./capture";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);

/** What makes each language do nothing but look, and what it says of nothing to do. */
const again: Record<string, { command: string; unchanged: RegExp }> = {
  typescript: { command: "pulumi up", unchanged: /\b\d+ unchanged\b/ },
  yaml: { command: "pulumi up", unchanged: /\b\d+ unchanged\b/ },
  python: { command: "pulumi up", unchanged: /\b\d+ unchanged\b/ },
  terraform: { command: `${engine} apply`, unchanged: /No changes\./ },
};

describe("pulumi-zuplo init --from-project", () => {
  let setup: Setup;
  let emulator: Emulator;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    setup = await setUp({ branches: [{ name: "staging" }, { name: "main" }] });
    emulator = setup.emulator;
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-takeover-"));
    await mkdir(join(folder, "pem"));
    await mkdir(join(folder, ".state"));
    env = {
      ...process.env,
      ZUPLO_SETTLE: "0",
      HOME: folder,
      PULUMI_HOME: join(folder, ".pulumi"),
      PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "passphrase",
      PULUMI_SKIP_CONFIRMATIONS: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      TF_CLI_ARGS_apply: "-auto-approve -no-color",
    };
    await makeByHand();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await emulator.stop();
  });

  /** What people have who come: two certificates in use, one of which only production knows, and one of nobody's. */
  async function makeByHand(): Promise<void> {
    await upload("legacy_backend", ["preview", "production"]);
    await upload("from", ["production"]);
    const forgotten = await upload("forgotten", ["production"]);
    for (const branch of ["staging", "main"]) await point(branch, "BACKEND_MTLS_CERT", "legacy_backend");
    await point("main", "LEDGER_CERT", "from");
    for (const branch of ["staging", "main"]) await setup.redeploy(branch);
    await rm(forgotten);
  }

  /** @returns the path of its PEM. */
  async function upload(name: string, environments: string[]): Promise<string> {
    const issued = await emulator.authority.issue();
    assert.equal((await setup.upload(name, issued, environments)).status, 201);
    await writeFile(join(folder, "pem", `${name}.crt`), issued.chain);
    await writeFile(join(folder, "pem", `${name}.key`), issued.privateKey, { mode: 0o600 });
    return join(folder, "pem", `${name}.crt`);
  }

  async function point(branch: string, name: string, value: string): Promise<void> {
    const body = { name, value, isSecret: false };
    assert.ok((await setup.inProject("POST", `/branches/${branch}/variables`, body)).status < 300);
  }

  for (const [language, { command, unchanged }] of Object.entries(again)) {
    it(`writes a program whose first run changes nothing, and whose next certificate rotates: ${language}`, async function () {
      this.timeout(300_000);
      if (language === "terraform" && missingEngine() !== undefined) this.skip();
      const shop = join(folder, "shop");
      if (language === "python") Object.assign(env, await pythonWithSdk(folder));
      // when
      const { code, stdout, stderr } = await cli(
        ["init", shop, "--from-project", "--certificates", join(folder, "pem"), "--language", language],
        { env: settingsOf(emulator) },
      );
      // then
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^by hand: 'forgotten' \(cert_\w+\) is left out, since no file has its PEM/m);
      assert.match(stdout, /^Next, to import 7 objects of acme\/gateway without a change at Zuplo:$/m);
      if (language === "typescript") await assertTypes(shop);
      emulator.clearTrace();
      const before = JSON.stringify([emulator.certificates(), emulator.variables("main")]);
      // when the printed steps are followed
      const steps = stdout.split("\n").flatMap(line => /^ {2}(.*)$/.exec(line)?.[1] ?? []);
      const script = steps.map(line => typed(line, shop)).join("\n");
      await shell(`set -e\n${script}`, { cwd: folder, env }, `${emulator.apiKey}\n`);
      // then
      assert.deepEqual(emulator.writes(), []);
      assert.equal(JSON.stringify([emulator.certificates(), emulator.variables("main")]), before);
      // when there is nothing to do
      await removeImports(shop, language);
      const settings =
        language === "terraform"
          ? { ...settingsOf(emulator), TF_CLI_CONFIG_FILE: join(shop, "zuplo.tfrc") }
          : {};
      const go = () => shell(command, { cwd: shop, env: { ...env, ...settings } });
      const second = await go();
      // then
      assert.match(second.stdout, unchanged);
      assert.deepEqual(emulator.writes(), []);
      // when the next certificate comes
      const next = pem(await emulator.authority.issue());
      await writeFile(join(folder, "pem/legacy_backend.crt"), next.certificate);
      await writeFile(join(folder, "pem/legacy_backend.key"), next.privateKey);
      await letNameGo(shop, language);
      await go();
      // then
      const named = emulator.variables("main").BACKEND_MTLS_CERT ?? "";
      assert.notEqual(named, "legacy_backend");
      assert.ok(names(emulator).includes(named));
      assert.equal(emulator.variables("staging").BACKEND_MTLS_CERT, named);
      assert.equal(emulator.variables("main").LEDGER_CERT, "from");
      assert.ok(!names(emulator).includes("legacy_backend"));
      assertSafe(emulator);
    });
  }

  /** With the packages of the checkout in place of those of the registry. */
  function typed(line: string, shop: string): string {
    if (line.startsWith("cd ")) return `cd ${shop}`;
    // The SDK of the checkout is there: another test generates it by this command.
    if (/^python3 -m venv|^pulumi package add/.test(line)) return "true";
    if (line !== "npm install") return line.replace(/^terraform /, `${engine} `);
    return [
      "mkdir -p node_modules/.bin",
      `ln -sfn ${root} node_modules/pulumi-zuplo`,
      `ln -sfn ${join(root, "node_modules/@pulumi")} node_modules/@pulumi`,
      "ln -sfn ../pulumi-zuplo/bin/pulumi-zuplo node_modules/.bin/pulumi-zuplo",
    ].join("\n");
  }

  async function assertTypes(shop: string): Promise<void> {
    await mkdir(join(shop, "node_modules"), { recursive: true });
    await shell(typed("npm install", shop), { cwd: shop });
    await run(join(root, "node_modules/.bin/tsc"), [
      "-p",
      shop,
      "--types",
      "node",
      "--typeRoots",
      join(root, "node_modules/@types"),
    ]);
  }

  const programs: Record<string, string> = {
    typescript: "index.ts",
    yaml: "Pulumi.yaml",
    python: "__main__.py",
    terraform: "main.tf",
  };

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    const text = await readFile(file, "utf8");
    const changed = change(text);
    assert.notEqual(changed, text);
    await writeFile(file, changed);
  }

  /** As the printed steps say. */
  async function removeImports(shop: string, language: string): Promise<void> {
    if (language === "terraform") return rm(join(shop, "imports.tf"));
    await edit(join(shop, programs[language] ?? ""), text =>
      text
        .replace(/^ +options: \{ import: \S+ \}\n/gm, "")
        .replace(/\bimport: [^\s,]+, /g, "")
        .replace(/(, | )import: "[^"]*"/g, "")
        .replace(/(, )?import_="[^"]*"/g, ""),
    );
  }

  /** As the comment at the name says. */
  async function letNameGo(shop: string, language: string): Promise<void> {
    const prefix = language === "terraform" ? '  name_prefix = "legacy_backend"\n' : "";
    await edit(join(shop, programs[language] ?? ""), text =>
      text.replace(/^ *name(?:: |\s+= |=)"?legacy_backend"?,?\n/m, prefix),
    );
  }
});
