import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertSucceeded, TestProject } from "../support/project";
import { pem } from "../support/rotation";
import { withEmulator } from "./support";
import { openZuploCli, type ZuploCli } from "./zuplo-cli";

describe("emulator: driven by Zuplo's own CLI, unchanged", () => {
  const test = withEmulator();
  let cli: ZuploCli;
  let folder: string;

  before(async () => {
    // The first time, it installs 660 MB.
    cli = await openZuploCli();
    folder = await mkdtemp(join(tmpdir(), "zuplo-cli-"));
  });
  after(async () => {
    await cli?.dispose();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** @returns what the command printed. */
  async function zuplo(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cli.run(test.current.emulator, args);
    assert.equal(code, 0, `zuplo ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  it("creates, lists, describes, updates, disables and deletes a certificate", async () => {
    const { emulator } = test.current;
    const cert = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    await writeFile(cert, test.issued.chain);
    await writeFile(key, test.issued.privateKey, { mode: 0o600 });

    const mtls = (...args: string[]) => zuplo("mtls-certificate", ...args);
    const create = ["create", "--name", "from_cli", "--cert", cert, "--key", key];
    assert.match(
      await mtls(...create, "--environment-type", "production"),
      /'from_cli' \(cert_\w+\) created/,
    );
    const [created] = emulator.certificates();
    assert.ok(created);
    assert.deepEqual([created.environments, created.fingerprint], [["production"], test.issued.fingerprint]);

    assert.match(await mtls("list"), /Name: from_cli\s+Subject: C=US, O=Acme, CN=first/);
    assert.match(await mtls("describe", "--cert-id", created.id), new RegExp(`ID: ${created.id}`));
    const types = ["--environment-type", "preview", "--environment-type", "production"];
    assert.match(await mtls("update", "--cert-id", created.id, ...types), /preview, production/);
    assert.deepEqual(emulator.certificates()[0]?.environments, ["preview", "production"]);
    assert.match(await mtls("disable", "--cert-id", created.id), /disabled successfully/);
    assert.deepEqual(emulator.certificates()[0]?.environments, []);
    assert.match(await mtls("delete", "--cert-id", created.id), /deleted successfully/);
    assert.deepEqual(emulator.certificates(), []);
  });

  it("creates and updates a variable", async () => {
    const set = ["--name", "COLOUR", "--branch", "main"];
    await zuplo("variable", "create", ...set, "--value", "red", "--is-secret", "false");
    assert.deepEqual(test.current.emulator.variables("main"), { COLOUR: "red" });
    await zuplo("variable", "update", ...set, "--value", "blue");
    assert.deepEqual(test.current.emulator.variables("main"), { COLOUR: "blue" });
  });

  it("links a folder to an environment, and gets its variables", async () => {
    // given
    const { emulator } = test.current;
    const set = ["--branch", "main", "--is-secret"];
    await zuplo("variable", "create", "--name", "COLOUR", "--value", "red", ...set, "false");
    await zuplo("variable", "create", "--name", "TOKEN", "--value", "s3cret-value", ...set, "true");
    await writeFile(join(folder, "zuplo.jsonc"), "{}\n");
    // when
    await zuplo("link", "--dir", folder, "--environment", emulator.deployment("main").name);
    // then
    const linked = await readFile(join(folder, ".env.zuplo"), "utf8");
    assert.match(linked, /^COLOUR="red"$/m);
    assert.match(linked, /^ZUPLO_ENVIRONMENT_TYPE=/m);
    assert.ok(!linked.includes("s3cret-value"));
  });

  it("sees what a stack has made", async () => {
    const { emulator } = test.current;
    const project = await TestProject.create(emulator, "binding.js");
    try {
      const args = { variable: "BACKEND_MTLS_CERT", stages: [{ branches: ["main"] }], ...pem(test.issued) };
      await project.write({ args });
      assertSucceeded(await project.up());
      const { certificateName } = await project.outputs();
      const list = await zuplo("mtls-certificate", "list");
      assert.match(list, new RegExp(`Name: ${certificateName}\\s[\\s\\S]*Environment types: production`));
    } finally {
      await project.remove();
    }
  });

  it("is told why a deletion is refused", async () => {
    const { upload, redeploy, emulator } = test.current;
    const { body } = await upload("in_use", test.issued, ["production"]);
    await redeploy("main");
    const args = ["mtls-certificate", "delete", "--cert-id", body.id];
    const { code, stderr } = await cli.run(emulator, args);
    assert.notEqual(code, 0);
    assert.ok(stderr.includes(emulator.deployment("main").name), stderr);
  });
});
