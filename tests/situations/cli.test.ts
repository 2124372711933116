import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Pruned } from "../../cli/prune";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { names } from "../support/rotation";

const program = resolve(__dirname, "../../bin/pulumi-zuplo");
const maxMs = 20_000;

interface Ended {
  /** Null where it had to be killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command; with `deaf`, nobody reads what it prints. */
async function run(args: string[], env: Record<string, string> = {}, deaf = false): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", chunk => {
    stderr += chunk;
  });
  if (deaf) child.stdout.destroy();
  else
    child.stdout.on("data", chunk => {
      stdout += chunk;
    });
  const limit = setTimeout(() => child.kill("SIGKILL"), maxMs);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(limit);
  return { code, stdout, stderr };
}

describe("situation 17: the program pulumi-zuplo", () => {
  let folder: string;
  let certificate: string;
  let key: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-cli-"));
    [certificate, key] = [join(folder, "client.pem"), join(folder, "client.key")];
    const issued = await (await createAuthority()).issue();
    await writeFile(certificate, issued.chain);
    await writeFile(key, issued.privateKey, { mode: 0o600 });
  });
  after(() => rm(folder, { recursive: true }));

  it("ends quietly where nobody reads its output to the end", async () => {
    const { code, stderr } = await run(["check", certificate, key], {}, true);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  for (const what of ["certificate", "key"]) {
    it(`does not read a device as its ${what} for ever`, async () => {
      const device = "/dev/zero";
      const paths = what === "certificate" ? [device, key] : [certificate, device];
      const { code, stderr } = await run(["check", ...paths]);
      assert.equal(code, 1);
      assert.notEqual(stderr, "");
    });
  }
});

describe("situation 16: pulumi-zuplo prune", () => {
  const fixture = join(__dirname, "fixtures/settled-dynamic");
  let folder: string;
  let emulator: Emulator;
  const left = "backend_prod_421b00000001";
  const more = {
    [left]: { environments: [], hours: 2 },
    backend_prod_421b00000002: { environments: ["preview"], hours: 2 },
    backend_prod_421b00000003: { environments: [], hours: 0 },
    somebodys_prod_00aa00000004: { environments: [], hours: 2 },
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-prune-"));
    const state = JSON.parse(await readFile(`${fixture}.zuplo.json`, "utf8"));
    const [like] = state.certificates;
    for (const [name, { environments, hours }] of Object.entries(more)) {
      const on = new Date(Date.now() - hours * 3_600_000).toISOString();
      state.certificates.push({
        ...like,
        id: `cert_${name}`,
        name,
        environments,
        createdOn: on,
        updatedOn: on,
      });
    }
    const stateFile = join(folder, "zuplo.json");
    await writeFile(stateFile, JSON.stringify(state));
    emulator = await startEmulator({ stateFile });
  });
  afterEach(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true });
  });

  const ways: Record<string, string[]> = {
    "a stack": ["--stack-export", `${fixture}.stack.json`],
    "a name": [left],
    "a prefix with lineage": ["backend_prod_421b"],
  };
  for (const [way, args] of Object.entries(ways)) {
    it(`lists what is disabled, unbound and older than an hour, and deletes it with --yes: ${way}`, async () => {
      const all = names(emulator);
      // when it only lists
      const listed = await run(["prune", ...args, "--json"], settingsOf(emulator));
      // then
      assert.equal(listed.code, 0, listed.stderr);
      const { certificates } = JSON.parse(listed.stdout) as Pruned;
      const deletable = certificates.filter(({ outcome }) => outcome === "deletable");
      assert.deepEqual(
        deletable.map(({ name }) => name),
        [left],
      );
      assert.deepEqual(emulator.writes(), []);
      // when
      const pruned = await run(["prune", ...args, "--yes"], settingsOf(emulator));
      // then
      assert.equal(pruned.code, 0, pruned.stderr);
      assert.deepEqual(
        names(emulator),
        all.filter(name => name !== left),
      );
    });
  }
});
