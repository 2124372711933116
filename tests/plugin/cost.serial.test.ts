import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { summarise } from "../../bench/statistics";
import { startEmulator } from "../../emulator";
import { PluginClient } from "./client";

const plugin = join(resolve(__dirname, "../.."), "bin", "pulumi-resource-zuplo");
const starts = 7;
/** Of a Node process that does nothing, on the same machine at the same moment. */
const maxStart = 5;
const resources = 1000;
const maxMegabytes = 120;
/** Twice what the engine does side by side on two cores. */
const parallel = 16;

interface Started {
  child: ChildProcess;
  port: number;
  ms: number;
}

/** How long Node takes to start and print something. */
async function startOfNode(): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["-e", "console.log(1)"], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return performance.now() - startedAt;
}

async function start(): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [plugin], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>(settle => {
    child.stdout?.once("data", chunk => settle(Number(String(chunk).trim())));
  });
  return { child, port, ms: performance.now() - startedAt };
}

describe("the plugin's process", () => {
  it(`has printed its port after at most ${maxStart} times what Node takes to start, in the median of ${starts}`, async () => {
    const times: number[] = [];
    const ofNode: number[] = [];
    for (let count = 0; count < starts; count += 1) {
      ofNode.push(await startOfNode());
      const { child, ms } = await start();
      child.kill();
      times.push(ms);
    }
    const [median, reference] = [summarise(times).median, summarise(ofNode).median];
    const text = `${Math.round(median)} ms, where Node takes ${Math.round(reference)} ms`;
    console.log(`        ${text}`);
    assert.ok(median <= maxStart * reference, text);
  });

  it(`stays under ${maxMegabytes} MB with ${resources} certificates`, async function () {
    // The peak is read where the system tells it.
    if (process.platform !== "linux") this.skip();
    const emulator = await startEmulator();
    const { child, port } = await start();
    const client = PluginClient.connect(port);
    try {
      await client.configureFor(emulator);
      const issued = await emulator.authority.issue();
      const upload = async (index: number) => {
        const { certificate, privateKey } = issued;
        const news = { certificate, privateKey, environments: ["production"], name: `cert_${index}` };
        await client.create("MtlsCertificate", await client.check("MtlsCertificate", news));
      };
      const waiting = Array.from({ length: resources }, (_, index) => index);
      const work = async () => {
        for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) await upload(index);
      };
      await Promise.all(Array.from({ length: parallel }, work));
      assert.equal(emulator.certificates().length, resources);
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1000;
      console.log(`        ${Math.round(peak)} MB at the peak`);
      assert.ok(peak < maxMegabytes, `${peak} MB`);
    } finally {
      client.stop();
      child.kill();
      await emulator.stop();
    }
  });
});
