import assert from "node:assert/strict";
import { startLoad } from "../../emulator/load";
import { sleep, withEmulator } from "./support";

describe("emulator: load", () => {
  const test = withEmulator();

  it("reaches 300 requests a second without a failure, over redeploys", async () => {
    const { upload, point, redeploy, emulator } = test.current;
    await upload("first", test.issued);
    await upload("second", await emulator.authority.issue());
    await point("main", "first");
    await redeploy("main");
    const { url } = emulator.deployment("main");

    const load = startLoad({ urls: [url], ratePerSecond: 330 });
    await sleep(700);
    await point("main", "second");
    await redeploy("main");
    await sleep(700);
    await redeploy("main");
    await sleep(600);
    const result = await load.stop();

    assert.deepEqual([result.failed, result.failures], [0, []]);
    assert.ok(result.ratePerSecond >= 300, `${result.ratePerSecond} requests a second`);
    const intervals = result.perInterval[url] ?? [];
    assert.ok("first" in (intervals[0]?.certificates ?? {}));
    assert.deepEqual(Object.keys(intervals.at(-1)?.certificates ?? {}), ["second"]);
    assert.equal(
      intervals.reduce((sum, interval) => sum + interval.ok, 0),
      result.requests,
    );
    assert.ok(result.latencies.p50 > 0 && result.latencies.p99 >= result.latencies.p50);
  });

  it("counts failures with their status, per URL and interval", async () => {
    const { url } = test.current.emulator.deployment("main");
    const load = startLoad({ urls: [url], ratePerSecond: 100, via: "NONE" });
    await sleep(200);
    const result = await load.stop();
    assert.ok(result.requests > 0);
    assert.equal(result.failed, result.requests);
    // The variable is not set, so the gateway shows no certificate, and the backend insists on one.
    assert.equal(result.failures[0]?.status, 502);
    assert.equal((await load.stop()).requests, result.requests);
  });

  it("is for this machine only", () => {
    assert.throws(() => startLoad({ urls: ["https://example.com"], ratePerSecond: 1 }), /this machine only/);
  });

  it("ends by itself", async () => {
    const { url } = test.current.emulator.deployment("main");
    const load = startLoad({ urls: [url], ratePerSecond: 100, maxSeconds: 0.2 });
    await sleep(500);
    assert.ok((await load.stop()).requests <= 20);
  });
});
