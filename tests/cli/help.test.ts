import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { exampleLines, helpOf } from "../../cli/help";
import { settingsOf } from "../../emulator/settings";
import { type Setup, setUp } from "../emulator/support";
import type { Printed } from "./capture";
import { everyCommand } from "./everyCommand";

const root = resolve(__dirname, "../..");
/** What the examples call besides, in a few words. */
const others: Record<string, string> = {
  pulumi: `echo '{ "deployment": { "resources": [] } }'`,
  step: "exit 0",
};

describe("the help of pulumi-zuplo", () => {
  let setup: Setup;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    setup = await setUp({ projects: ["gateway"] });
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-help-"));
    const bin = join(folder, "bin");
    await mkdir(bin);
    await symlink(join(root, "bin/pulumi-zuplo"), join(bin, "pulumi-zuplo"));
    for (const [name, script] of Object.entries(others)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    env = {
      ...settingsOf(setup.emulator),
      HOME: folder,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
    };
    // What the examples speak of.
    const [old, next] = await Promise.all([
      setup.emulator.authority.issue(),
      setup.emulator.authority.issue(),
    ]);
    await setup.upload("backend_prod_8d804666e4d5", old);
    await setup.upload("NAME", next);
    for (const branch of ["staging", "main"]) await setup.point(branch, "backend_prod_8d804666e4d5");
    await writeFile(join(folder, "client.pem"), old.chain);
    await writeFile(join(folder, "client-key.pem"), old.privateKey, { mode: 0o600 });
    await mkdir(join(folder, "certs"));
    await writeFile(join(folder, "certs/client.pem"), old.chain);
    await writeFile(join(folder, "certs/next.pem"), next.chain);
    await writeFile(join(folder, "certs/client-key.pem"), old.privateKey, { mode: 0o600 });
    await mkdir(join(folder, "records"));
    await writeFile(join(folder, "records/zuplo-1.jsonl"), record);
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await setup.emulator.stop();
  });

  beforeEach(async () => {
    for (const made of ["shop", "gateway"]) await rm(join(folder, made), { recursive: true, force: true });
  });

  const start = (script: string) =>
    new Promise<Printed>(done => {
      const options = { cwd: folder, env };
      execFile("/bin/sh", ["-c", script], options, (error, stdout, stderr) =>
        done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });

  for (const command of everyCommand()) {
    it(`of ${command.name()} has examples that work as they stand`, async function () {
      this.timeout(60_000);
      const { examples, expiring } = helpOf(command);
      assert.ok(examples.length > 0);
      for (const { lines } of examples) {
        // when
        const { code, stderr } = await start(lines.join("\n"));
        // then
        const said = `${lines.join("\n")}\n${stderr}`;
        assert.ok(code === 0 || (code === 2 && expiring !== undefined), `${said} ended with ${code}`);
        assert.doesNotMatch(stderr, /error/i, said);
      }
    });
  }

  it("shows them as a shell takes them, comments included", async () => {
    const script = exampleLines({ examples: helpOf(everyCommand()[0]).examples }).slice(0, 4);
    assert.equal((await start(script.join("\n"))).code, 0);
  });
});

const record = `${JSON.stringify({
  version: 1,
  time: "2026-11-26T10:00:00.000Z",
  run: "1",
  resource: "shop/prod/backend-main",
  step: "certificate.create",
  certificate: { name: "backend_b2", fingerprint: "b".repeat(64) },
  environments: ["production"],
  status: 200,
  ms: 20,
})}\n`;
