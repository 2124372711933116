import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { sourceAddress } from "../../provider/adapters/terraformAddress";
import { problemOf } from "../../scripts/package/installed";
import { maxPackageBytes, type Packed, packInto } from "../../scripts/package/pack";
import { names, pem } from "../support/rotation";
import { engine, needsEngine } from "../support/terraform";

const run = promisify(execFile);
const root = resolve(__dirname, "../..");

describe("the packed package, installed into an empty project", () => {
  let folder: string;
  let packed: Packed;
  let emulator: Emulator;
  let env: NodeJS.ProcessEnv;

  const command = async (file: string, ...args: string[]) => {
    try {
      return (await run(file, args, { cwd: folder, env, maxBuffer: 1e8 })).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${file} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
    }
  };

  const bin = (program: string) => join(folder, "node_modules", ".bin", program);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-pack-"));
    emulator = await startEmulator();
    env = {
      ...process.env,
      PULUMI_HOME: join(folder, ".home"),
      PULUMI_BACKEND_URL: `file://${join(folder, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...settingsOf(emulator),
    };
    await mkdir(join(folder, ".state"));
    packed = await packInto(folder);
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ name: "shop", main: "index.ts", private: true }),
    );
    await command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", packed.tarball);
  });

  after(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  it("holds only what runs, and is small", async () => {
    const allowed =
      /^(bin\/(pulumi-(resource-)?|terraform-provider-)zuplo|examples\/(basic|yaml|python)\/(package\.json|Pulumi\.yaml|index\.ts|tsconfig\.json|__main__\.py)|examples\/terraform\/first-rotation\/main\.tf|package\.json|README\.md|CHANGELOG\.md|LICENSE|schema\.json|dist\/(provider|sdk|cli)\/.*\.(js|d\.ts))$/;
    assert.deepEqual(
      packed.files.map(({ path }) => path).filter(path => !allowed.test(path)),
      [],
    );
    const modules = packed.files.map(({ path }) => path).filter(path => path.endsWith(".js"));
    assert.deepEqual(await unused(join(folder, "node_modules", "pulumi-zuplo"), modules), []);
    const bytes = packed.unpackedSize;
    console.log(`        ${packed.files.length} files, ${Math.round(bytes / 1000)} kB unpacked`);
    assert.ok(bytes <= maxPackageBytes, `${bytes} bytes`);
  });

  it("can be imported and required", async () => {
    const expected = "ClientMtlsCaCertificate,EnvironmentVariable,MtlsBinding,MtlsCertificate,Redeployment\n";
    const esm =
      'import * as z from "pulumi-zuplo"; import { MtlsBinding } from "pulumi-zuplo"; if (!MtlsBinding) throw 1; console.log(Object.keys(z).filter(k => /^[A-Z]/.test(k)).sort().join())';
    const cjs = 'console.log(Object.keys(require("pulumi-zuplo")).sort().join())';
    assert.equal(await command("node", "--input-type=module", "-e", esm), expected);
    assert.equal(await command("node", "-e", cjs), expected);
  });

  it("does what `npm run compat` asks of it under every package manager and Node", async () => {
    assert.equal(await problemOf(folder, process.execPath), undefined);
  });

  it("rotates a certificate in a TypeScript program, with nothing else installed", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    await writeFile(
      join(folder, "index.ts"),
      `import { readFileSync } from "fs";
import { MtlsBinding } from "pulumi-zuplo";

const backend = new MtlsBinding("backend", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client.key" },
  variable: "BACKEND_MTLS_CERT",
  stages: [{ branches: ["staging"] }, { branches: ["main"], verify: { path: "/health" } }],
});
export const certificateName = backend.certificateName;
`,
    );
    const issue = async () => {
      const { certificate, privateKey } = pem(await emulator.authority.issue());
      await writeFile(join(folder, "client.pem"), certificate);
      await writeFile(join(folder, "client.key"), privateKey, { mode: 0o600 });
    };
    await issue();
    await command("pulumi", "stack", "init", "prod", "--non-interactive");
    await command("pulumi", "up", "--yes", "--non-interactive");
    const [first] = names(emulator);
    await issue();
    await command("pulumi", "up", "--yes", "--non-interactive");
    const [second, ...others] = names(emulator);
    assert.notEqual(second, first);
    assert.deepEqual(others, []);
    const output = await command("pulumi", "stack", "output", "certificateName", "--non-interactive");
    assert.equal(output.trim(), second);
    assert.deepEqual(emulator.violations, []);
  });

  it("is what a mirror for Terraform starts", async function () {
    needsEngine.call(this);
    // given
    const shop = join(folder, "terraform-shop");
    await mkdir(shop);
    const example = "docs/examples/terraform/resources/zuplo_mtls_binding/resource.tf";
    const requirement = `terraform {\n  required_providers {\n    zuplo = { source = "${sourceAddress}" }\n  }\n}\n`;
    await writeFile(join(shop, "main.tf"), requirement + (await readFile(join(root, example), "utf8")));
    const { certificate, privateKey } = pem(await emulator.authority.issue());
    await writeFile(join(shop, "client.pem"), certificate);
    await writeFile(join(shop, "client-key.pem"), privateKey, { mode: 0o600 });
    const before = names(emulator).length;
    // when
    const configuration = await command(bin("pulumi-zuplo"), "terraform-mirror", join(shop, "mirror"));
    await writeFile(join(shop, "cli.tfrc"), configuration);
    env = { ...env, TF_CLI_CONFIG_FILE: join(shop, "cli.tfrc"), CHECKPOINT_DISABLE: "1", TF_INPUT: "0" };
    const terraform = (...args: string[]) => command(engine, `-chdir=${shop}`, ...args, "-no-color");
    assert.match(await terraform("init"), new RegExp(`Installed ${sourceAddress} v`));
    await terraform("apply", "-auto-approve");
    // then
    assert.equal(names(emulator).length, before + 1);
    await terraform("destroy", "-auto-approve");
    assert.equal(names(emulator).length, before);
  });

  it("begins a project that runs with the plugin beside it", async () => {
    // given
    const shop = join(folder, "yaml-shop");
    await command(bin("pulumi-zuplo"), "init", shop, "--language", "yaml");
    await symlink(join(folder, "node_modules"), join(shop, "node_modules"), "dir");
    await mkdir(join(shop, "certs"));
    const { certificate, privateKey } = pem(await emulator.authority.issue());
    const files = [join(shop, "certs", "client.pem"), join(shop, "certs", "client-key.pem")] as const;
    await writeFile(files[0], certificate);
    await writeFile(files[1], privateKey, { mode: 0o600 });
    assert.match(await command(bin("pulumi-zuplo"), "check", ...files), /\nGood\.\n$/);
    const pulumi = (...args: string[]) => command("pulumi", "-C", shop, ...args, "--non-interactive");
    // when
    await pulumi("stack", "init", "dev");
    await pulumi("up", "--yes", "--skip-preview");
    // then
    const status = await command(bin("pulumi-zuplo"), "status");
    assert.match(
      status,
      /^backend_dev_[0-9a-f]{12} .*\n {2}variables {4}BACKEND_MTLS_CERT in main, staging$/m,
    );
    // when
    emulator.clearTrace();
    await pulumi("up", "--yes", "--skip-preview");
    // then
    assert.deepEqual(emulator.writes(), []);
  });
});

/** The modules that nothing loads, beginning with what package.json names. */
async function unused(folder: string, modules: readonly string[]): Promise<string[]> {
  const entries = ["dist/sdk/index.js", "dist/sdk/native/index.js", "dist/provider/index.js"];
  const programs = ["bin/pulumi-resource-zuplo", "bin/pulumi-zuplo", "bin/terraform-provider-zuplo"];
  const waiting = [...programs, ...entries];
  const loaded = new Set(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = await readFile(join(folder, path), "utf8");
    for (const [, name = ""] of text.matchAll(/["'](\.{1,2}\/[\w./-]+)["']/g)) {
      const target = join(dirname(path), name).replace(/\.js$/, "");
      const found = [`${target}.js`, `${target}/index.js`].find(each => modules.includes(each));
      if (found === undefined || loaded.has(found)) continue;
      loaded.add(found);
      waiting.push(found);
    }
  }
  return modules.filter(path => !loaded.has(path));
}
