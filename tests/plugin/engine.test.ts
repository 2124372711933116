import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Emulator, startEmulator } from "../../emulator";
import { assertFailed, assertSucceeded } from "../support/project";
import { assertSafe, calls, names } from "../support/rotation";
import { YamlProject } from "../support/yamlProject";

const plugin = join(resolve(__dirname, "../.."), "bin", "pulumi-resource-zuplo");
/** Long enough for progress to be told, which is every two seconds. */
const deployMs = 2600;
/** What the engine itself takes to end after Ctrl-C comes on top of the provider's second. */
const maxInterruptedMs = 2500;

const program = (trigger: string) => ({
  resources: {
    backend: {
      type: "zuplo:MtlsCertificate",
      properties: {
        certificate: { "fn::readFile": "./client.pem" },
        privateKeySource: { file: "client.key" },
        environments: ["production"],
      },
    },
    main: {
      type: "zuplo:Redeployment",
      properties: {
        branch: "main",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Pulumi's YAML writes references like this.
        certificates: ["${backend.name}"],
        variables: [],
        triggers: { trigger },
      },
    },
  },
});

describe("the native plugin, run by the engine", () => {
  let emulator: Emulator;
  let yaml: YamlProject;

  beforeEach(async () => {
    emulator = await startEmulator({ deployMs });
    yaml = await YamlProject.create(emulator);
    await yaml.certificate(await emulator.authority.issue());
    await yaml.write(program("a"));
  });

  afterEach(async () => {
    await yaml?.project.remove();
    await emulator?.stop();
  });

  it("tells what is being done and for how long, beside its resource", async () => {
    // The engine shows this in the info column of a terminal; its event log has it everywhere.
    yaml.project.env.PULUMI_DEBUG_COMMANDS = "true";
    assertSucceeded(await yaml.project.up("--event-log", "events.json"));
    const events = (await yaml.project.read("events.json"))
      .trim()
      .split("\n")
      .map(line => JSON.parse(line) as { diagnosticEvent?: Record<string, unknown> });
    for (const doing of [/^redeploy requested$/, /^redeploy requested, 2 s$/]) {
      const progress = events.find(({ diagnosticEvent }) =>
        doing.test(String(diagnosticEvent?.message).trim()),
      )?.diagnosticEvent;
      assert.match(String(progress?.urn), /Redeployment::main$/);
      assert.equal(progress?.ephemeral, true);
    }
  });

  it("ends its wait with Ctrl-C, and the next run goes on from there", async () => {
    // given a redeploy that was accepted
    const accepted = new Promise<void>(settle => {
      emulator.onCall(({ kind }) => void (kind === "deployment.deploy" && settle()));
    });
    const running = yaml.project.up();
    await accepted;
    await sleep(300);
    // when
    const startedAt = Date.now();
    yaml.project.interrupt();
    const run = await running;
    const ms = Date.now() - startedAt;
    // then
    console.log(`        ${ms} ms`);
    assertFailed(run);
    assert.ok(ms < maxInterruptedMs, `${ms} ms:\n${run.text}`);
    assertSucceeded(await yaml.project.up());
    assert.deepEqual(emulator.served("main").at(-1)?.certificates, {});
    assert.equal(names(emulator).length, 1);
    assertSafe(emulator);
  });

  it("is attached to where PULUMI_DEBUG_PROVIDERS says, and serves several runs", async () => {
    const child: ChildProcess = spawn(process.execPath, [plugin], {
      cwd: yaml.project.folder,
      env: { ...process.env, ...yaml.project.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
      yaml.project.env.PULUMI_DEBUG_PROVIDERS = `zuplo:${String(chunk).trim()}`;
      for (const trigger of ["a", "b"]) {
        await yaml.write({ ...program(trigger), plugins: undefined });
        assertSucceeded(await yaml.project.up());
      }
      assert.equal(calls(emulator.trace, "deployment.deploy").length, 2);
      assert.equal(calls(emulator.trace, "certificate.create").length, 1);
      assert.equal(child.exitCode, null);
    } finally {
      child.kill();
    }
  });
});
