import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CallKind, type Emulator, startEmulator } from "../../emulator";
import { EngineCommands, type Run } from "../../scripts/engine/commands";
import { restoreState } from "../chaos/pulumiStack";
import { cli } from "../cli/capture";
import { assertFailed, assertSucceeded, TestProject } from "../support/project";
import { assertSafe, load, names } from "../support/rotation";
import { type StepCa, startStepCa } from "../support/stepCa";
import { blocksOf, root } from "./blocks";
import { linesOf } from "./commands";
import { nodeProgram } from "./programs";
import { shell } from "./shell";

const guide = "docs/guides/renewing-without-a-person.md";
const scripts = join(root, "docs/guides/workflows");
const branches = ["staging", "main"];
const rounds = 10;
const requestsPerSecond = 100;
/** 30% of it are left 20 seconds after the issue, and a rotation has 150 seconds from then on. */
const lifetime = { left: 170, past: 330 };
/** The rounds whose run is killed, with the call in which it is. */
const kills: ReadonlyMap<number, CallKind> = new Map([
  [3, "deployment.deploy"],
  [7, "certificate.create"],
]);

describe("the guide on renewing without a person, with the real step-ca", function () {
  this.timeout(1_200_000);
  let authority: StepCa;
  let emulator: Emulator;
  let project: TestProject;
  let commands: EngineCommands;
  let env: Record<string, string>;

  const [renewal = "", issuance = ""] = linesOf(guide).filter(line => /^sh renew\.sh .*step/.test(line));

  before(async () => {
    authority = await startStepCa(lifetime);
    emulator = await startEmulator({ deployMs: 100 });
    emulator.backend.setClientAuthorities([authority.root]);
    project = await TestProject.create(emulator, "any.js");
    commands = new EngineCommands("bash", 300_000);
    env = { ...project.env, ...authority.env, UNLOCK: "yes" };
    const [program = ""] = blocksOf(guide).flatMap(({ language, text }) => (language === "ts" ? [text] : []));
    for (const [name, text] of nodeProgram(new Map([["program", program]])))
      await writeFile(join(project.folder, name), text);
    for (const name of await readdir(scripts))
      if (name.endsWith(".sh")) await copyFile(join(scripts, name), join(project.folder, name));
    // As npm installs it.
    await mkdir(join(project.folder, "node_modules/.bin"));
    await symlink(join(root, "bin/pulumi-zuplo"), join(project.folder, "node_modules/.bin/pulumi-zuplo"));
  });

  after(async () => {
    commands?.kill();
    await project?.remove();
    await emulator?.stop();
    await authority?.stop();
  });

  const file = () => join(project.folder, "client.pem");
  const run = (line: string): Promise<Run> =>
    commands.run(["--norc", "-c", line], { cwd: project.folder, env: { ...env, BASH_ENV: "" } });

  async function untilDue(): Promise<void> {
    for (;;) {
      const { code, stderr } = await cli(["renew-due", file(), "--before", "30%"]);
      if (code === 2) return;
      assert.equal(code, 0, stderr);
      await sleep(200);
    }
  }

  /** Runs the line, and kills it with everything that it has started when the emulator gets such a call. */
  async function killedIn(kind: CallKind, line: string): Promise<void> {
    let isKilled = false;
    const restore = emulator.onCall(call => {
      if (isKilled || call.kind !== kind) return undefined;
      isKilled = true;
      commands.kill();
      return { destroy: "after" };
    });
    assertFailed(await run(line));
    restore();
    assert.ok(isKilled);
    await restoreState(project);
  }

  async function assertInService(): Promise<void> {
    const { fingerprint256 } = new X509Certificate(await readFile(file()));
    for (const branch of branches) {
      const answer = await fetch(`${emulator.deployment(branch).url}/health`);
      const { fingerprint } = (await answer.json()) as { fingerprint: string };
      assert.equal(fingerprint, fingerprint256.replaceAll(":", "").toLowerCase(), branch);
    }
    assert.equal(names(emulator).length, 1);
  }

  it("takes no missing certificate for one that is due", async () => {
    const { code, text } = await run(issuance);
    assert.equal(code, 1, text);
    assert.match(text, /there is no such file/);
    assert.deepEqual(emulator.writes(), []);
  });

  it("renews ten times in a row under load, two of them killed and run again, and no request fails", async () => {
    // given
    assertSucceeded(await run(issuance.replace("sh renew.sh ", "")));
    assertSucceeded(await run(renewal));
    await assertInService();
    const seen = new Set(names(emulator));
    const traffic = load(emulator, branches, requestsPerSecond, 1_000);
    try {
      for (let round = 1; round <= rounds; round += 1) {
        // when
        await untilDue();
        const kind = kills.get(round);
        if (kind !== undefined) await killedIn(kind, renewal);
        assertSucceeded(await run(renewal));
        // then
        await assertInService();
        for (const name of names(emulator)) seen.add(name);
      }
    } finally {
      await traffic.stop();
    }
    const { requests, failed, failures } = await traffic.stop();
    assert.equal(failed, 0, JSON.stringify(failures.slice(0, 3)));
    assert.ok(requests > 1000, `only ${requests} requests`);
    assertSafe(emulator);
    assert.equal(seen.size, rounds + 1);
  });

  it("needs no key where nothing is due, and gets the certificate in service from the state", async () => {
    // given a runner that has neither
    const pem = await readFile(file(), "utf8");
    for (const name of ["client.pem", "client-key.pem"]) await rm(join(project.folder, name));
    await shell("pulumi stack output certificate > client.pem", {
      cwd: project.folder,
      env: { ...process.env, ...env },
    });
    assert.equal((await readFile(file(), "utf8")).trim(), pem.trim());
    // when
    emulator.clearTrace();
    assertSucceeded(await project.up());
    // then
    assert.deepEqual(emulator.writes(), []);
  });

  it("rotates to a new key on that runner, and leaves no key in the state", async () => {
    // given
    await untilDue();
    const traffic = load(emulator, branches, requestsPerSecond);
    // when
    const rotated = await run(issuance);
    const { failed } = await traffic.stop();
    // then
    assertSucceeded(rotated);
    assert.equal(failed, 0);
    await assertInService();
    assertSafe(emulator);
    const key = await readFile(join(project.folder, "client-key.pem"), "utf8");
    const [, body = ""] = key.split("\n");
    assert.ok(body.length > 40);
    for (const text of [await project.state("--show-secrets"), rotated.text]) assert.ok(!text.includes(body));
  });
});
