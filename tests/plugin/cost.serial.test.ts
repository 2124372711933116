import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startEmulator } from "../../emulator";
import { PluginClient } from "./client";

const plugin = join(resolve(__dirname, "../.."), "bin", "pulumi-resource-zuplo");
const starts = 7;
const maxStartMs = 300;
const resources = 1000;
const maxMegabytes = 120;
/** Twice what the engine does side by side on two cores. */
const parallel = 16;

interface Started {
  child: ChildProcess;
  port: number;
  ms: number;
}

async function start(): Promise<Started> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [plugin], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>(settle => {
    child.stdout?.once("data", chunk => settle(Number(String(chunk).trim())));
  });
  return { child, port, ms: Date.now() - startedAt };
}

describe("the plugin's process", () => {
  it(`has printed its port within ${maxStartMs} ms, in the median of ${starts} starts`, async () => {
    const times: number[] = [];
    for (let count = 0; count < starts; count += 1) {
      const { child, ms } = await start();
      child.kill();
      times.push(ms);
    }
    const median = times.sort((one, other) => one - other)[Math.floor(starts / 2)] ?? Number.NaN;
    console.log(`        ${median} ms`);
    assert.ok(median <= maxStartMs, `${median} ms`);
  });

  it(`stays under ${maxMegabytes} MB with ${resources} certificates`, async function () {
    this.timeout(120_000);
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
