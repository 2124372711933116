import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { authorityIn } from "../../scripts/certificates/issue";
import { PulumiProject } from "../../scripts/demo/pulumi";
import { openCache } from "../../scripts/engine/cache";
import { ENGINE_VERSION } from "../../scripts/engine/versions";
import { assertSafe, names, writesOfRotation } from "../support/rotation";

const root = resolve(__dirname, "../..");
const branches = ["staging", "main"];

/** What the Python package needs to be installed and to run; it comes from PyPI once, and is kept in the cache. */
const requirements = [`pulumi==${ENGINE_VERSION}`, "parver>=0.2.1", "semver>=2.8.1", "setuptools>=70.1"];
const maxInstallMs = 240_000;

describeExample("yaml", async () => ({}));
describeExample("python", pythonWithSdk);

/** `prepare` gives the environment in which the program runs; it may leave things in the folder that it gets. */
function describeExample(example: string, prepare: (temporary: string) => Promise<Record<string, string>>) {
  describe(`the example ${example}, on the native plugin`, () => {
    const folder = join(root, "examples", example);
    let temporary: string;
    let certs: string;
    let emulator: Emulator | undefined;
    let project: PulumiProject | undefined;
    let files: string[];

    before(async function () {
      this.timeout(2 * maxInstallMs);
      files = readdirSync(folder);
      temporary = await mkdtemp(join(tmpdir(), "pulumi-zuplo-languages-"));
      certs = join(temporary, "certs");
      await certificates(certs);
      const env = await prepare(temporary);
      emulator = await startEmulator({
        authority: await authorityIn(certs),
        branches: branches.map(name => ({ name })),
        deployMs: 50,
      });
      project = new PulumiProject({
        folder,
        env: {
          ...settingsOf(emulator),
          ...env,
        },
      });
      await project.init("dev", { certs });
    });

    after(async () => {
      await project?.remove();
      await emulator?.stop();
      rmSync(temporary, { recursive: true, force: true });
    });

    function running(): { emulator: Emulator; project: PulumiProject } {
      assert.ok(emulator !== undefined && project !== undefined);
      return { emulator, project };
    }

    it("is previewed and brought up, and a second run writes nothing", async function () {
      this.timeout(120_000);
      const { emulator, project } = running();
      // when
      const preview = await project.preview("dev");
      // then
      assert.match(preview.text, /MtlsCertificate backend create/);
      assert.doesNotMatch(preview.text, /warning/i);
      assert.deepEqual(emulator.writes(), []);
      // when
      await project.up("dev");
      // then
      assert.equal(names(emulator).length, 1);
      await assertServed(emulator);
      emulator.clearTrace();
      // when
      await project.up("dev");
      // then
      assert.deepEqual(emulator.writes(), []);
    });

    it("rotates the certificate, of which one is left", async function () {
      this.timeout(120_000);
      const { emulator, project } = running();
      // given
      const [old] = names(emulator);
      await certificates(certs, "--rotate");
      emulator.clearTrace();
      // when
      await project.up("dev");
      // then
      const E = branches.length;
      assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: E, S: 2, E }));
      const [name, ...others] = names(emulator);
      assert.deepEqual(others, []);
      assert.notEqual(name, old);
      await assertServed(emulator);
      assertSafe(emulator);
    });

    it("keeps the certificate's key out of the state", async () => {
      assert.doesNotMatch(await running().project.export("dev"), /PRIVATE KEY/);
    });

    it("leaves its folder as it is", () => assert.deepEqual(readdirSync(folder), files));
  });
}

/** Every branch serves the one certificate, and the backend accepts it. */
async function assertServed(emulator: Emulator): Promise<void> {
  const [name] = names(emulator);
  for (const branch of branches) {
    assert.equal(emulator.served(branch).at(-1)?.certificates.BACKEND_MTLS_CERT, name, branch);
    assert.equal((await fetch(`${emulator.deployment(branch).url}/health`)).status, 200, branch);
  }
}

/** As a person would call it. */
async function certificates(...args: string[]): Promise<void> {
  await command(process.execPath, "--import", "tsx", join(root, "scripts/certificates.ts"), ...args);
}

/** An environment in which `python3` has the SDK of this checkout. */
async function pythonWithSdk(temporary: string): Promise<Record<string, string>> {
  const bin = join(await virtualEnvironment(), "bin");
  // Installed from a copy, since the build leaves its traces beside the sources.
  const source = join(temporary, "source");
  cpSync(join(root, "sdk", "python"), source, { recursive: true });
  const packages = join(temporary, "packages");
  const options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", packages];
  await command(join(bin, "python3"), "-m", "pip", "install", ...options, source);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, PYTHONPATH: packages };
}

/** What comes from PyPI, once for each version of Python and of the engine. */
async function virtualEnvironment(): Promise<string> {
  const version = (await command("python3", "-c", "import sys; print(sys.version, sys.prefix)")).trim();
  const key = createHash("sha256")
    .update(JSON.stringify([version, requirements]))
    .digest("hex");
  const { root: cache } = openCache(process.env);
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, `python-${ENGINE_VERSION}-${key.slice(0, 8)}`);
  const { withLock } = await import("../../scripts/lock.mjs");
  await withLock(`${folder}.lock`, { onWait: () => {} }, async () => {
    // Renamed when it is whole. Its programs name the folder they were made in: only `python3` is used.
    if (existsSync(folder)) return;
    const staging = `${folder}.new`;
    rmSync(staging, { recursive: true, force: true });
    await command("python3", "-m", "venv", staging);
    await command(join(staging, "bin/python3"), "-m", "pip", "install", "--quiet", ...requirements);
    renameSync(staging, folder);
  });
  return folder;
}

/** Its standard output; a failure says what was printed. */
async function command(file: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd: root, timeout: maxInstallMs })).stdout;
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}${stderr}`);
  }
}
