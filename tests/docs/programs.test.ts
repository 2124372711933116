// Takes long: npm run test:long.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { diagnosticsOf } from "../schema/typescript";
import { upload } from "../support/byHand";
import { assertSucceeded, TestProject } from "../support/project";
import { maxInstallMs, pythonWithSdk } from "../support/python";
import { names, pem } from "../support/rotation";
import { root } from "./blocks";
import { nodeProgram, programs, pythonProgram, yamlProgram } from "./programs";

/** As the README tells it: where the engine finds the plugin. */
const plugins = { providers: [{ name: "zuplo", path: "node_modules/pulumi-zuplo/bin" }] };

describe("the TypeScript of README and docs/", () => {
  it("compiles", function () {
    this.timeout(60_000);
    assert.deepEqual(diagnosticsOf(root, Object.fromEntries(programs("typescript"))), []);
  });
});

describe("the programs of README and docs/", () => {
  let emulator: Emulator;
  let project: TestProject | undefined;
  let legacy: Issued;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20, projects: ["gateway", "partner-api"] });
    const inAWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000);
    legacy = await emulator.authority.issue({ notAfter: inAWeek });
    await upload(emulator, "legacy_backend", legacy);
  });

  afterEach(async () => {
    await project?.remove();
    project = undefined;
    await emulator.stop();
  });

  it("do in TypeScript what they say", async function () {
    this.timeout(120_000);
    project = await projectFor("nodejs");
    for (const [name, text] of nodeProgram(programs("typescript"))) await write(name, text);
    await assertRuns();
  });

  it("do in YAML what they say", async function () {
    this.timeout(120_000);
    project = await projectFor("yaml", yamlProgram(programs("yaml")));
    await assertRuns();
  });

  it("do in Python what they say", async function () {
    this.timeout(2 * maxInstallMs);
    const temporary = await mkdtemp(join(tmpdir(), "pulumi-zuplo-docs-"));
    try {
      project = await projectFor("python", {}, await pythonWithSdk(temporary));
      for (const [name, text] of pythonProgram(programs("python"))) await write(name, text);
      await assertRuns();
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });

  async function projectFor(runtime: string, sections: object = {}, env: Record<string, string> = {}) {
    const { certificate, privateKey } = pem(await emulator.authority.issue());
    const keys = { LEDGER_KEY: privateKey, PARTNERS_API_KEY: emulator.apiKey };
    const created = await TestProject.create(emulator, "any.js", { env: { ...keys, ...env } });
    project = created;
    await write("Pulumi.yaml", JSON.stringify({ name: "shop", runtime, plugins, ...sections }));
    await write("client.pem", certificate);
    await write("client-key.pem", privateKey);
    await write("legacy.pem", legacy.certificate);
    await write("partners-ca.pem", emulator.authority.certificate);
    return created;
  }

  async function write(name: string, text: string): Promise<void> {
    assert.ok(project);
    await writeFile(join(project.folder, name), text);
  }

  /** Everything is brought up, and the outputs of the programs say what there is at Zuplo. */
  async function assertRuns(): Promise<void> {
    assert.ok(project);
    assertSucceeded(await project.up());
    const outputs = await project.outputs();
    const held = names(emulator);
    for (const key of ["warehouseCertificate", "paymentsCertificate", "certificateName"])
      if (key in outputs) assert.ok(held.includes(String(outputs[key])), `${key}: ${outputs[key]}`);
    const [found] = emulator.certificates().filter(({ name }) => name === "legacy_backend");
    assert.equal(outputs.legacyValidTo, found?.validTo);
    assert.match(String(outputs.partnersValidTo), /^\d{4}-\d\d-\d\dT/);
    assert.equal(outputs.productionUrl, emulator.deployment("main").url);
    assert.ok((outputs.urls as string[]).length >= 2);
    assert.ok((outputs.branches as string[]).length >= 2);
    assert.equal((outputs.expiringSoon as string[]).length, 1);
    assert.equal(emulator.variables("main").BACKEND_URL, "https://backend.example.com");
    for (const branch of ["staging", "main"])
      assert.equal((await fetch(`${emulator.deployment(branch).url}/health`)).status, 200, branch);
  }
});
