import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client, credentials } from "@grpc/grpc-js";
import { type SelfSigned, selfSigned } from "../../provider/adapters/terraform/certificate";
import { controllerService, type Message, providerService } from "../../provider/adapters/terraform/protocol";
import { startedByEngine } from "../../scripts/engine/terraform";

const root = resolve(__dirname, "../..");
const plugin = join(root, "bin", "terraform-provider-zuplo");
const fromEngine = { ...startedByEngine, PLUGIN_PROTOCOL_VERSIONS: "5,6" };
const maxEndMs = 5000;

interface Started {
  child: ChildProcess;
  network: string;
  address: string;
  certificate: string;
}

/** Starts the plugin as an engine does that has this certificate. */
async function start({ certificate }: SelfSigned): Promise<Started> {
  const child = spawn(plugin, {
    env: { ...process.env, ...fromEngine, PLUGIN_CLIENT_CERT: certificate },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const fields = line.toString().trim().split("|");
  const [core, protocol, network = "", address = "", kind, encoded = ""] = fields;
  assert.deepEqual([core, protocol, kind], ["1", "6", "grpc"]);
  const pem = `-----BEGIN CERTIFICATE-----\n${encoded}${"=".repeat((4 - (encoded.length % 4)) % 4)}\n-----END CERTIFICATE-----\n`;
  return { child, network, address, certificate: pem };
}

function clientOf({ network, address, certificate }: Started, own: SelfSigned): Client {
  const tls = credentials.createSsl(
    Buffer.from(certificate),
    Buffer.from(own.privateKey),
    Buffer.from(own.certificate),
  );
  return new Client(network === "unix" ? `unix:${address}` : address, tls, {
    "grpc.ssl_target_name_override": "localhost",
  });
}

function ask<T>(client: Client, service: typeof providerService, name: string): Promise<T> {
  const method = service[name];
  assert.ok(method);
  const deadline = new Date(Date.now() + 30_000);
  return new Promise((settle, fail) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize as (bytes: Buffer) => T,
      {},
      { deadline },
      (error, answer) => (error === null ? settle(answer as T) : fail(error)),
    );
  });
}

describe("the Terraform plugin as a process", () => {
  const engine = selfSigned();
  let started: Started;

  beforeEach(async () => {
    started = await start(engine);
  });

  const ended = async () => {
    if (started.child.exitCode === null && started.child.signalCode === null)
      await Promise.race([once(started.child, "exit"), sleep(maxEndMs)]);
    return started.child.exitCode;
  };

  afterEach(async () => {
    // Told so that it takes its socket with it.
    started.child.kill("SIGTERM");
    await ended();
    started.child.kill("SIGKILL");
  });

  it("answers the engine that has started it, and ends with Shutdown, and nothing is left", async () => {
    const client = clientOf(started, engine);
    const { diagnostics } = await ask<Message<"GetProviderSchemaResponse">>(
      client,
      providerService,
      "GetProviderSchema",
    );
    assert.deepEqual(diagnostics ?? [], []);
    await ask(client, controllerService, "Shutdown");
    client.close();
    assert.equal(await ended(), 0);
    if (started.network === "unix") assert.ok(!existsSync(dirname(started.address)));
  });

  it("answers nobody else", async () => {
    const client = clientOf(started, selfSigned());
    await assert.rejects(ask(client, providerService, "GetProviderSchema"), /UNAVAILABLE/);
    client.close();
  });

  it("leaves Ctrl-C to the engine, and ends when it is told to", async () => {
    started.child.kill("SIGINT");
    await sleep(500);
    assert.equal(started.child.exitCode, null);
    started.child.kill("SIGTERM");
    assert.equal(await ended(), 0);
  });

  it("ends when the engine is gone", async () => {
    // given an engine between this process and the plugin
    const script = `const child = require("node:child_process").spawn(${JSON.stringify(plugin)}, { stdio: ["ignore", "pipe", "ignore"] });
      child.stdout.once("data", () => console.log(child.pid)); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["-e", script], {
      env: { ...process.env, ...fromEngine },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [text] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(text.toString());
    // when it is killed
    parent.kill("SIGKILL");
    const limit = performance.now() + maxEndMs;
    while (isRunning(pid) && performance.now() < limit) await sleep(100);
    assert.ok(!isRunning(pid));
  });

  it("says to whoever starts it by hand what it is", async () => {
    const run = promisify(execFile)(plugin, { env: { ...process.env, TF_PLUGIN_MAGIC_COOKIE: "" } });
    await assert.rejects(run, (error: { code: number; stderr: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr, /required_providers/);
      return true;
    });
  });

  it("loads what it needs for its line, and Pulumi never", async () => {
    const program = `
      const loaded = () => [...new Set(Object.keys(require.cache).map(file => /.*node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/.exec(file)?.[1]).filter(Boolean))];
      require("./dist/provider/adapters/terraform/server.js");
      const early = loaded();
      require("./dist/provider/adapters/terraform/provider.js").provider({ isAlive: async () => true });
      console.log(JSON.stringify({ early, later: loaded() }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], { cwd: root });
    const { early, later } = JSON.parse(stdout) as { early: string[]; later: string[] };
    assert.deepEqual(early.filter(name => !/^@?protobufjs|^long$/.test(name)).sort(), [
      "@grpc/grpc-js",
      "@js-sdsl/ordered-map",
    ]);
    assert.deepEqual(
      later.filter(name => /pulumi|axios|x509|asn1/.test(name)),
      [],
    );
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
