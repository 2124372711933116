import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { settingsOf } from "../../emulator/settings";
import { variableName } from "../../scripts/acceptance/names";
import { leftAt, runFully, withEmulator } from "./support";

const root = join(__dirname, "../..");

/** Runs the script as a process of its own, which gets a signal as soon as it has asked for its first redeploy. */
async function interrupted(emulator: Emulator, signal: NodeJS.Signals) {
  const args = ["scripts/acceptance.ts", "--branch", "staging", "--yes", "--agree", "1"];
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    env: { ...process.env, ...settingsOf(emulator) },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", data => {
    stdout += data;
  });
  child.stderr.on("data", data => {
    stderr += data;
  });
  const off = emulator.onCall(({ kind }) => {
    if (kind === "deployment.deploy") {
      off();
      setTimeout(() => child.kill(signal), 50);
    }
    return undefined;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

describe("a run of `npm run acceptance` that is interrupted", () => {
  it("takes away what it has made on Ctrl-C, and says so", () =>
    withEmulator({}, async emulator => {
      // when
      const { code, stdout, stderr } = await interrupted(emulator, "SIGINT");
      // then
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^Stopping: what was made is taken away first\./m);
      assert.match(stdout, /^Failed: stopped before its end\nNo certificate is left\.$/m);
      assert.deepEqual(leftAt(emulator), []);
      assert.equal(emulator.variables("staging")[variableName], "");
    }));

  it("leaves what the next run finds and takes away first, where it was killed", () =>
    withEmulator({}, async emulator => {
      // given
      const { code } = await interrupted(emulator, "SIGKILL");
      assert.equal(code, null);
      const left = leftAt(emulator);
      assert.equal(left.length, 3);
      // when
      const next = await runFully(emulator, []);
      // then
      assert.match(next.error, /cleaning up after an earlier run …/);
      for (const name of left) assert.ok(next.error.includes(name), name);
      assert.equal(next.code, 0, next.out);
      assert.deepEqual(leftAt(emulator), []);
    }));
});
