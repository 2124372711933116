import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { createAuthority, type Issued } from "../../emulator/pki";
import { diagnosticsOf } from "../schema/typescript";
import { inAccount, upload } from "../support/byHand";
import { assertSucceeded, TestProject } from "../support/project";
import { pythonWithSdk } from "../support/python";
import { names, pem } from "../support/rotation";
import { root } from "./blocks";
import { certificateVariable, groupsOf, nodeProgram, programs, pythonProgram, yamlProgram } from "./programs";

/** As the README says it: where the engine finds the plugin. */
const plugins = { providers: [{ name: "zuplo", path: "node_modules/pulumi-zuplo/bin" }] };

describe("the TypeScript of README and docs/", () => {
  it("compiles", () => {
    assert.deepEqual(diagnosticsOf(root, Object.fromEntries(programs("typescript"))), []);
  });
});

describe("the Python of README and docs/", () => {
  it("passes mypy", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-mypy-"));
    try {
      const { PATH = "", PYTHONPATH } = await pythonWithSdk(folder);
      const files = await Promise.all(
        [...programs("python")].map(async ([name, text], index) => {
          const file = join(folder, `program_${index}.py`);
          await writeFile(file, `# ${name}\n${text}`);
          return file;
        }),
      );
      assert.ok(files.length > 0);
      const python = join(PATH.split(delimiter)[0] ?? "", "python3");
      const args = ["-m", "mypy", "--no-incremental", ...files];
      const { stdout } = await promisify(execFile)(python, args, {
        cwd: folder,
        env: { ...process.env, PYTHONPATH, MYPYPATH: PYTHONPATH },
      });
      assert.match(stdout, /Success: no issues found/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("the programs of README and docs/", () => {
  let emulator: Emulator;
  let project: TestProject | undefined;
  let legacy: Issued;
  /** Outputs that were looked at. */
  const looked = new Set<string>();

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs: 20, projects: ["gateway", "partner-api"] });
    const inAWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000);
    legacy = await emulator.authority.issue({ notAfter: inAWeek });
    await upload(emulator, "legacy_backend", legacy);
    const authority = { name: "legacy_partners", certificate: (await createAuthority()).certificate };
    await inAccount(emulator, "POST", "/client-mtls-ca-certificates", authority);
  });

  afterEach(async () => {
    await project?.remove();
    project = undefined;
    await emulator.stop();
  });

  for (const group of groupsOf(programs("typescript"))) {
    it(`do in TypeScript what they say: ${titleOf(group)}`, async () => {
      project = await projectFor("nodejs");
      for (const [name, text] of nodeProgram(group)) await write(name, text);
      await assertRuns(group);
    });
  }

  for (const group of groupsOf(programs("yaml"))) {
    it(`do in YAML what they say: ${titleOf(group)}`, async () => {
      project = await projectFor("yaml", yamlProgram(group));
      await assertRuns(group);
    });
  }

  for (const group of groupsOf(programs("python"))) {
    it(`do in Python what they say: ${titleOf(group)}`, async () => {
      const temporary = await mkdtemp(join(tmpdir(), "pulumi-zuplo-docs-"));
      try {
        project = await projectFor("python", {}, await pythonWithSdk(temporary));
        for (const [name, text] of pythonProgram(group)) await write(name, text);
        await assertRuns(group);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    });
  }

  it("have every output of which is known what it must be", () => {
    assert.deepEqual([...looked].sort(), Object.keys(expectations(emulator)).sort());
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
    for (const year of ["2026", "2027"]) {
      const own = pem(await emulator.authority.issue());
      await write(`client-${year}.pem`, own.certificate);
      await write(`client-${year}-key.pem`, own.privateKey);
    }
    await write("partners-ca.pem", emulator.authority.certificate);
    return created;
  }

  async function write(name: string, text: string): Promise<void> {
    assert.ok(project);
    await writeFile(join(project.folder, name), text);
  }

  /** Everything is brought up, and the outputs of the programs say what there is at Zuplo. */
  async function assertRuns(group: Map<string, string>): Promise<void> {
    assert.ok(project);
    assertSucceeded(await project.up());
    const outputs = await project.outputs();
    const expected = expectations(emulator);
    for (const [key, value] of Object.entries(outputs)) {
      (expected[key] ?? assert.fail(`no expectation of ${key}`))(value);
      looked.add(key);
    }
    const text = [...group.values()].join("\n");
    if (text.includes("BACKEND_URL"))
      assert.equal(emulator.variables("main").BACKEND_URL, "https://backend.example.com");
    const isSetting = text.includes(certificateVariable);
    const branches = ["staging", "main"].filter(branch => certificateVariable in emulator.variables(branch));
    assert.equal(branches.length > 0, isSetting);
    for (const branch of branches)
      assert.equal((await fetch(`${emulator.deployment(branch).url}/health`)).status, 200, branch);
  }
});

/** What the outputs of the programs must be. */
function expectations(emulator: Emulator): Record<string, (value: unknown) => void> {
  const held = names(emulator);
  const isHeld = (name: unknown) => assert.ok(held.includes(String(name)), String(name));
  const hasTwo = (values: unknown) => assert.ok((values as string[]).length >= 2);
  const hasOne = (values: unknown) => assert.equal((values as string[]).length, 1);
  const legacy = emulator.certificates().find(({ name }) => name === "legacy_backend");
  return {
    warehouseCertificate: isHeld,
    paymentsCertificate: isHeld,
    ledgerCertificate: isHeld,
    certificate(value) {
      const fingerprint = new X509Certificate(String(value)).fingerprint256.replaceAll(":", "").toLowerCase();
      assert.ok(emulator.certificates().some(uploaded => uploaded.fingerprint === fingerprint));
    },
    legacyValidTo: value => assert.equal(value, legacy?.validTo),
    legacyPartnersSince: value => assert.match(String(value), /^\d{4}-\d\d-\d\dT/),
    authorities: values => assert.match(JSON.stringify(values), /legacy_partners/),
    partnersValidTo: value => assert.match(String(value), /^\d{4}-\d\d-\d\dT/),
    productionUrl: value => assert.equal(value, emulator.deployment("main").url),
    urls: hasTwo,
    branches: hasTwo,
    expiringSoon: hasOne,
    alerts: hasOne,
  };
}

/** What is in a group: the one program, or all those that go together. */
function titleOf(group: Map<string, string>): string {
  const [name, ...others] = group.keys();
  return others.length === 0 ? `${name} alone` : `${group.size} programs together`;
}
