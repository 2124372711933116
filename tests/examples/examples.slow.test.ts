import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Emulator, startEmulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { authorityIn } from "../../scripts/certificates/issue";
import { PulumiProject } from "../../scripts/demo/pulumi";
import { assertSafe, names, writesOfRotation } from "../support/rotation";
import { killedAtRedeploy } from "./killed";

const root = resolve(__dirname, "../..");

/** A stack of an example, and what a rotation changes there. */
interface StackCase {
  stack: string;
  branches: string[];
  /** Environment types of the branches. */
  types: number;
  /** Of the certificate's file. */
  certificate: string;
  config: (certs: string) => Record<string, string>;
}

const examples: Record<string, StackCase[]> = {
  basic: [
    { stack: "dev", branches: ["main"], types: 1, certificate: "client", config: certs => ({ certs }) },
  ],
  rotation: [
    {
      stack: "dev",
      branches: ["staging", "canary", "main"],
      types: 2,
      certificate: "client",
      config: certs => ({ certs }),
    },
  ],
  "multi-environment": ["staging", "production"].map(stack => ({
    stack,
    branches: [stack === "production" ? "main" : stack],
    types: 1,
    certificate: stack,
    config: certs => ({
      certificate: join(certs, `${stack}.pem`),
      privateKey: join(certs, `${stack}-key.pem`),
    }),
  })),
};

for (const [example, stacks] of Object.entries(examples)) {
  describe(`the example ${example}`, () => {
    const folder = join(root, "examples", example);
    let certs: string;
    let emulator: Emulator;
    let project: PulumiProject;
    let files: string[];

    before(async () => {
      files = readdirSync(folder);
      certs = await mkdtemp(join(tmpdir(), "pulumi-zuplo-certs-"));
      emulator = await startEmulator({
        authority: await authorityIn(certs),
        branches: ["staging", "canary", "main"].map(name => ({ name })),
        deployMs: 50,
      });
      project = new PulumiProject({
        folder,
        env: settingsOf(emulator),
      });
    });

    after(async () => {
      await project.remove();
      await emulator.stop();
      rmSync(certs, { recursive: true });
    });

    for (const { stack, branches, types, certificate, config } of stacks) {
      it(`is previewed and brought up as ${stack}, and a second run writes nothing`, async () => {
        // given
        await certificates(certs, "--name", certificate);
        await project.init(stack, config(certs));
        emulator.clearTrace();
        // when
        const preview = await project.preview(stack);
        // then
        assert.match(preview.text, /MtlsCertificate backend create/);
        assert.deepEqual(emulator.writes(), []);
        // when
        await project.up(stack);
        // then
        for (const branch of branches) assert.equal(await health(emulator, branch), 200, branch);
        emulator.clearTrace();
        // when
        await project.up(stack);
        // then
        assert.deepEqual(emulator.writes(), []);
      });

      it(`rotates the certificate of ${stack}, and of nothing else`, async () => {
        // given
        const others = names(emulator).filter(name => name !== serving(emulator, branches[0]));
        const old = serving(emulator, branches[0]);
        await certificates(certs, "--name", certificate, "--rotate");
        emulator.clearTrace();
        // when
        await project.up(stack);
        // then
        const E = branches.length;
        assert.equal(emulator.writes().length, writesOfRotation({ K: 1, V: E, S: types, E }));
        const name = serving(emulator, branches[0]);
        assert.notEqual(name, old);
        for (const branch of branches) {
          assert.equal(serving(emulator, branch), name);
          assert.equal(await health(emulator, branch), 200, branch);
        }
        assert.deepEqual(names(emulator).sort(), [...others, name].sort());
        assertSafe(emulator);
      });
    }

    it("is destroyed to the last certificate", async () => {
      for (const { stack } of stacks) {
        // when
        const run = await project.destroy(stack);
        // then
        assert.equal(run.code, 0, run.text);
      }
      assert.deepEqual(names(emulator), []);
    });

    it("is destroyed to the last certificate, too, where it was killed amid the destroy", async () => {
      for (const { stack } of stacks) {
        // given
        await project.up(stack);
        const killed = await killedAtRedeploy(emulator, project, () => project.destroy(stack));
        assert.notEqual(killed.code, 0, killed.text);
        await project.cancel(stack);
        // when
        const run = await project.destroy(stack);
        // then
        assert.equal(run.code, 0, run.text);
      }
      assert.deepEqual(names(emulator), []);
    });

    it("leaves its folder as it is", () => assert.deepEqual(readdirSync(folder), files));
  });
}

/** As a person would call it. */
async function certificates(...args: string[]): Promise<void> {
  const command = ["--import", "tsx", join(root, "scripts/certificates.ts"), ...args];
  await promisify(execFile)(process.execPath, command, { cwd: root });
}

/** Name of the certificate with which the branch's gateway calls the backend. */
function serving(emulator: Emulator, branch = ""): string | undefined {
  return emulator.served(branch).at(-1)?.certificates.BACKEND_MTLS_CERT;
}

async function health(emulator: Emulator, branch: string): Promise<number> {
  return (await fetch(`${emulator.deployment(branch).url}/health`)).status;
}
