import assert from "node:assert/strict";
import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { DEAD_PID, temporaryFolder } from "./fakes";

const lockModule = import("../../scripts/lock.mjs");
type Lock = Awaited<typeof lockModule>;

describe("scripts/lock.mjs", () => {
  const folder = temporaryFolder();
  const withLock: Lock["withLock"] = async (...args) => (await lockModule).withLock(...args);

  const lock = () => join(folder(), "lock");
  const held = (pid: number, host: string) => writeFileSync(lock(), JSON.stringify({ pid, host }));
  const neverWaits = { onWait: () => assert.fail("waits"), pollMs: 5 };

  it("is taken over from a process that is dead", async () => {
    held(DEAD_PID, hostname());
    assert.equal(await withLock(lock(), neverWaits, async () => "done"), "done");
    assert.equal(existsSync(lock()), false);
  });

  it("is taken over from another machine that gives no sign of life", async () => {
    held(1, "another-machine");
    const long = new Date(Date.now() - 120_000);
    utimesSync(lock(), long, long);
    assert.equal(await withLock(lock(), neverWaits, async () => "done"), "done");
  });

  it("is waited for while its holder lives, and kept alive meanwhile", async () => {
    const order: string[] = [];
    const options = { onWait: () => order.push("waits"), pollMs: 5, staleMs: 500 };
    const first = withLock(lock(), options, async () => {
      // Far longer than a lock without a sign of life is respected.
      await new Promise(resolve => setTimeout(resolve, 1500));
      order.push("first");
    });
    await Promise.all([first, withLock(lock(), options, async () => order.push("second"))]);
    assert.deepEqual(order, ["waits", "first", "second"]);
  });

  it("is given back when the work fails", async () => {
    const fails = withLock(lock(), neverWaits, () => Promise.reject(new Error("broken")));
    await assert.rejects(fails, /broken/);
    assert.equal(existsSync(lock()), false);
  });
});
