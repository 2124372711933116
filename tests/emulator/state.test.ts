import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../../emulator";
import { jsonOf, setUp, until } from "./support";

describe("emulator: state file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "emulator-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("survives a restart: certificates, variables, bindings and the backend's CA", async () => {
    const stateFile = join(folder, "state.json");
    const first = await setUp({ stateFile });
    const issued = await first.emulator.authority.issue();
    await first.upload("c", issued);
    await first.point("main", "c");
    await first.redeploy("main");
    const before = { certificates: first.emulator.certificates(), main: first.emulator.deployment("main") };
    await first.emulator.stop();

    const second = await setUp({ stateFile });
    try {
      assert.deepEqual(second.emulator.certificates(), before.certificates);
      assert.deepEqual(second.emulator.variables("main"), { BACKEND_MTLS_CERT: "c" });
      const { name, buildId, url } = second.emulator.deployment("main");
      assert.deepEqual([name, buildId], [before.main.name, before.main.buildId]);
      assert.equal((await jsonOf(fetch(url))).fingerprint, issued.fingerprint);
    } finally {
      await second.emulator.stop();
    }
  });

  it("is readable by its owner only, and leaves nothing beside it", async () => {
    const stateFile = join(folder, "state.json");
    const { emulator } = await setUp({ stateFile });
    await emulator.stop();
    assert.equal((await stat(stateFile)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ["state.json"]);
  });

  it("takes up a redeploy that a restart interrupted", async () => {
    const stateFile = join(folder, "state.json");
    const first = await setUp({ stateFile, deployMs: 60_000 });
    const { name, buildId } = first.emulator.deployment("main");
    await first.call("POST", `/v1/deployments/${name}/deploy`);
    await first.emulator.stop();
    const second = await setUp({ stateFile });
    await until(() => second.emulator.deployment("main").buildId !== buildId);
    await second.emulator.stop();
  });

  it("leaves no server behind when a port is taken", async () => {
    const first = await startEmulator();
    const port = Number(new URL(first.apiUrl).port);
    await assert.rejects(startEmulator({ port }), /EADDRINUSE/);
    await first.stop();
  });
});
