import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

describe("npm start", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-demo-test-"));
  });

  after(() => rm(folder, { recursive: true }));

  it("rotates under load: no failed request, no needless write, nothing left over, no secret in the state", async () => {
    const { code, stdout, stderr } = await demo(["--json", "--picture", "rotation.svg"], folder);
    assert.equal(code, 0, stderr);
    const [line = "", ...others] = stdout.trimEnd().split("\n");
    assert.deepEqual(others, [], "stdout is one line");
    const { requests, ...figures } = JSON.parse(line) as { requests: number };
    assert.deepEqual(figures, {
      failed: 0,
      redeploys: 3,
      writes: 10,
      expectedWrites: 10,
      certificatesLeft: 1,
      secretsInState: 0,
    });
    assert.ok(requests > 1000, `${requests} requests`);
    const rate = Number(/requests +[\d\u202f]+, (\d+) a second/.exec(stderr)?.[1]);
    assert.ok(rate >= 300, `${rate} requests a second`);
    assert.deepEqual((await readdir(folder)).sort(), ["rotation.html", "rotation.svg"]);
    for (const file of ["rotation.html", "rotation.svg"]) {
      const text = await readFile(join(folder, file), "utf8");
      for (const branch of ["staging", "canary", "main"]) assert.ok(text.includes(`>${branch}<`), branch);
    }
  });

  it("says what it does when asked", async () => {
    const { code, stdout } = await demo(["--help"], folder);
    assert.equal(code, 0);
    assert.match(stdout, /Usage: npm start/);
  });

  it("ends with what it has started when it is interrupted", async () => {
    const temporary = await mkdtemp(join(folder, "tmp-"));
    const running = demo([], folder, { TMPDIR: temporary }, child => {
      child.stdout?.on("data", text => {
        if (String(text).includes("creating")) child.kill("SIGINT");
      });
    });
    assert.equal((await running).code, 130);
    assert.deepEqual(
      (await readdir(temporary)).filter(name => name.startsWith("pulumi-zuplo-")),
      [],
    );
  });
});

async function demo(
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
  started: (child: ReturnType<typeof spawn>) => void = () => undefined,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const tsx = require.resolve("tsx");
  const child = spawn(
    process.execPath,
    ["--import", `file://${tsx}`, join(root, "scripts/demo.ts"), ...args],
    {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", chunk => {
    stdout += chunk;
  });
  child.stderr.on("data", chunk => {
    stderr += chunk;
  });
  started(child);
  const code = await new Promise<number | null>((settle, fail) => {
    child.on("error", fail);
    child.on("close", settle);
  });
  return { code, stdout, stderr };
}
