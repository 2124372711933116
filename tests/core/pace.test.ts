import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { AdaptiveLimiter } from "../../provider/api/adaptiveLimiter";
import { contextOf, withEmulator } from "../support/core";

const most = 16;

/** Runs so many calls at once, and tells how many of them were in flight together. */
async function peakOf(pace: AdaptiveLimiter, calls: number): Promise<number> {
  let inFlight = 0;
  let peak = 0;
  const call = async () => {
    inFlight += 1;
    peak = Math.max(peak, inFlight);
    await sleep(2);
    inFlight -= 1;
  };
  await Promise.all(Array.from({ length: calls }, () => pace.run(call)));
  return peak;
}

describe("the pace of calls", () => {
  it("is bounded, halved by a refusal down to one, and comes back", async () => {
    const pace = new AdaptiveLimiter(most);
    assert.equal(await peakOf(pace, 40), most);
    for (const expected of [8, 4, 2, 1, 1]) {
      pace.slower(performance.now());
      assert.equal(await peakOf(pace, 6), Math.min(expected, 6));
    }
    await peakOf(pace, 200);
    assert.equal(await peakOf(pace, 40), most);
  });

  it("is halved once by all that were in flight together", async () => {
    const pace = new AdaptiveLimiter(most);
    const sentAt = performance.now() - 1;
    for (let count = 0; count < most; count += 1) pace.slower(sentAt);
    assert.equal(await peakOf(pace, 10), 8);
  });

  it("goes on with other calls after one that failed", async () => {
    const pace = new AdaptiveLimiter(1);
    await assert.rejects(pace.run(() => Promise.reject(new Error("no"))));
    assert.equal(await peakOf(pace, 2), 1);
  });

  it("lets every call through to an API that refuses more than three at once", () =>
    withEmulator({}, async emulator => {
      let inFlight = 0;
      let refused = 0;
      emulator.onCall(async () => {
        if (inFlight >= 3) {
          refused += 1;
          return { status: 429 };
        }
        inFlight += 1;
        await sleep(10);
        inFlight -= 1;
        return undefined;
      });
      const { client, scope } = await contextOf(emulator).session.project({});
      const body = { name: "X", value: "1", isSecret: false };
      const calls = 60;
      const set = (index: number) => client.createVariable(scope, "main", { ...body, name: `X_${index}` });
      await Promise.all(Array.from({ length: calls }, (_, index) => set(index)));
      assert.equal(Object.keys(emulator.variables("main")).length, calls);
      console.log(`        ${refused} refusals for ${calls} calls`);
      assert.ok(refused > 0 && refused < calls, `${refused} refusals`);
    }));
});
