/** A real step-ca, on a port of this machine and with a home of its own. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { findStepCa } from "../../scripts/engine/stepCa";
import { worldOf } from "../../scripts/engine/world";

const HOST = "127.0.0.1";
const startMs = 30_000;

export interface StepCa {
  /** PEM of its root. */
  root: string;
  /** With which `step` is found, finds the authority, and may ask it for certificates. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** How long what it issues is valid from now on, and before that, in seconds. */
export interface Lifetime {
  left: number;
  past: number;
}

export async function startStepCa(lifetime: Lifetime): Promise<StepCa> {
  const directories = await findStepCa(worldOf(new AbortController().signal));
  const home = await mkdtemp(join(tmpdir(), "pulumi-zuplo-step-ca-"));
  const env = {
    PATH: [...directories, process.env.PATH ?? ""].join(delimiter),
    STEPPATH: join(home, ".step"),
    STEP_PASSWORD_FILE: join(home, "password"),
  };
  let server: ChildProcess | undefined;
  const kill = () => void server?.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    if (server !== undefined) await end(server);
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await writeFile(env.STEP_PASSWORD_FILE, "only for this test\n", { mode: 0o600 });
    const port = await freePort();
    await initialize(`${HOST}:${port}`, env);
    const config = join(env.STEPPATH, "config/ca.json");
    await limit(config, lifetime);
    server = spawn("step-ca", ["--password-file", env.STEP_PASSWORD_FILE, config], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await serving(server);
    return { root: await readFile(join(env.STEPPATH, "certs/root_ca.crt"), "utf8"), env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function initialize(address: string, env: { STEP_PASSWORD_FILE: string }): Promise<void> {
  const passwords = ["--password-file", "--provisioner-password-file"].flatMap(option => [
    option,
    env.STEP_PASSWORD_FILE,
  ]);
  const authority = ["--deployment-type", "standalone", "--name", "Test", "--provisioner", "ci"];
  const args = ["ca", "init", ...authority, "--dns", HOST, "--address", address, ...passwords];
  await promisify(execFile)("step", args, { env: { ...process.env, ...env } });
}

const Config = z.looseObject({ authority: z.looseObject({}) });

/** `step ca init` has no option for these. */
async function limit(config: string, { left, past }: Lifetime): Promise<void> {
  const { authority, ...rest } = Config.parse(JSON.parse(await readFile(config, "utf8")));
  const claims = { minTLSCertDuration: "10s", defaultTLSCertDuration: `${left}s` };
  const limited = { ...rest, authority: { ...authority, backdate: `${past}s`, claims } };
  await writeFile(config, JSON.stringify(limited));
}

async function serving(server: ChildProcess): Promise<void> {
  let told = "";
  let timer: NodeJS.Timeout | undefined;
  const isServing = new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`step-ca ${why}:\n${told}`));
    timer = setTimeout(() => fail(`does not serve after ${startMs} ms`), startMs);
    server.once("error", reject);
    server.once("exit", () => fail("has ended"));
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (told.includes("Serving HTTPS")) resolve();
    });
  });
  try {
    await isServing;
  } finally {
    clearTimeout(timer);
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}
