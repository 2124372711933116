import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertSafeFigures, demo } from "./run";

describe("npm start", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-demo-test-"));
  });

  after(() => rm(folder, { recursive: true }));

  it("rotates under load: no failed request, no needless write, nothing left over, no secret in the state", async () => {
    const { code, stdout, stderr } = await demo(["--json", "--picture", "rotation.svg"], folder);
    assert.equal(code, 0, stderr);
    const requests = assertSafeFigures(stdout);
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
