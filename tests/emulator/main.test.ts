import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseCli } from "../../emulator/cli";

const MAIN = join(__dirname, "../../emulator/main.ts");

describe("emulator: as a program", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "emulator-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("understands its options", () => {
    const { emulator } = parseCli(["--port", "8080", "--branch", "main", "--branch", "qa:development"]);
    assert.equal(emulator.port, 8080);
    assert.deepEqual(emulator.branches, [{ name: "main" }, { name: "qa", environmentType: "development" }]);
    assert.throws(() => parseCli(["--port", "x"]), /--port takes a whole number/);
    assert.throws(() => parseCli(["--branch", "qa:test"]), /'test' is none of/);
    assert.throws(() => parseCli(["--unheard-of"]), /Unknown option/);
  });

  it("tells where it is in one line, works with the certificate it wrote, and stops when told", async () => {
    const pki = join(folder, "pki");
    const { child, line } = await start(["--json", "--deploy-ms", "10", "--pki", pki]);
    const { apiUrl, apiKey, account, project, deployments } = JSON.parse(line);
    const clientKey = join(pki, "client-key.pem");
    assert.equal((await stat(clientKey)).mode & 0o777, 0o600);
    const answer = await fetch(`${apiUrl}/v1/accounts/${account}/projects/${project}/mtls-certificates`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({
        name: "by_hand",
        certificate: await readFile(join(pki, "client.pem"), "utf8"),
        key: await readFile(clientKey, "utf8"),
        environments: ["production"],
      }),
    });
    assert.equal(answer.status, 201);
    assert.equal((await fetch(`${deployments[0].url}/__zuplo/build`)).status, 200);
    assert.equal(await stop(child), 0);
  });

  it("spoils the calls that its fault rules name, and says which rule it cannot read", async () => {
    const faults = join(folder, "faults.json");
    await writeFile(faults, JSON.stringify([{ path: "who-am-i", status: 503 }]));
    const { child, line } = await start(["--json", "--faults", faults]);
    const { apiUrl, apiKey } = JSON.parse(line);
    const ask = () => fetch(`${apiUrl}/v1/who-am-i`, { headers: { authorization: `Bearer ${apiKey}` } });
    assert.deepEqual([(await ask()).status, (await ask()).status], [503, 200]);
    assert.equal(await stop(child), 0);
    await writeFile(faults, JSON.stringify([{ path: "who-am-i" }]));
    const refused = spawn(process.execPath, ["--import", "tsx", MAIN, "--faults", faults], { stdio: "pipe" });
    const [message] = await once(refused.stderr, "data");
    assert.match(String(message), /faults\.json.*\[0\]: must say what happens/);
  });

  it("takes up the CA and keeps the client certificate of an earlier run", async () => {
    const args = ["--json", "--pki", folder];
    const files = () =>
      Promise.all(["ca.pem", "client.pem"].map(name => readFile(join(folder, name), "utf8")));
    await stop((await start(args)).child);
    const before = await files();
    await stop((await start(args)).child);
    assert.deepEqual(await files(), before);
  });

  /** Waits for the first line. */
  async function start(args: string[]): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    return { child, line };
  }

  /** @returns the exit code. */
  async function stop(child: ChildProcess): Promise<number | null> {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = await exited;
    return code;
  }
});
