import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** Runs what `npm start` runs. */
export async function demo(
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

/** What `--json` prints is one line, and the rotation that it tells of was safe. @returns how many requests there were */
export function assertSafeFigures(stdout: string): number {
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
  return requests;
}
