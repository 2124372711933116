import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { deadlineOf } from "../../provider/deadline";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("a deadline", () => {
  it("comes, also when the garbage was collected while nothing but the work held it", async () => {
    const { signal } = new AbortController();
    // Nothing keeps the deadline itself: as in a request that hangs.
    const ended = new Promise<unknown>(resolve => {
      const own = deadlineOf(100, signal).signal;
      own.addEventListener("abort", () => resolve(own.reason));
    });
    await sleep(10);
    collectGarbage();
    const reason = await Promise.race([ended, sleep(2000, "it never came")]);
    assert.match(String(reason), /TimeoutError/);
  });

  it("is over with the cancellation, at once", () => {
    const cancellation = new AbortController();
    const deadline = deadlineOf(60_000, cancellation.signal);
    cancellation.abort(new Error("Ctrl-C"));
    assert.match(String(deadline.signal.reason), /Ctrl-C/);
    assert.equal(deadline.isOver(), false);
    assert.equal(deadlineOf(60_000, cancellation.signal).signal.aborted, true);
  });

  it("that was ended does not come any more", async () => {
    const cancellation = new AbortController();
    const deadline = deadlineOf(10, cancellation.signal);
    deadline.end();
    cancellation.abort();
    await sleep(30);
    assert.equal(deadline.signal.aborted, false);
  });
});
