import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../emulator";
import { assertSucceeded } from "../support/project";
import { YamlProject } from "../support/yamlProject";
import { read, root } from "./blocks";

describe("a plugin that runs already", () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  after(() => emulator.stop());

  it("is used by the engine, as CONTRIBUTING says", async () => {
    // given
    assert.match(read("CONTRIBUTING.md"), /PULUMI_DEBUG_PROVIDERS=zuplo:PORT pulumi preview/);
    const env = {
      ...process.env,
      ZUPLO_DEVELOPER_API_ENDPOINT: emulator.apiUrl,
      ZUPLO_API_KEY: emulator.apiKey,
      ZUPLO_PROJECT: emulator.project,
      ZUPLO_SETTLE: "0",
    };
    const args = ["--inspect=127.0.0.1:0", join(root, "bin/pulumi-resource-zuplo")];
    const plugin = spawn(process.execPath, args, { env });
    try {
      const [port] = (await once(plugin.stdout, "data")) as [Buffer];
      const debugged = { PULUMI_DEBUG_PROVIDERS: `zuplo:${String(port).trim()}` };
      const yaml = await YamlProject.create(emulator, { env: debugged });
      // Nothing but the process that runs can serve it.
      const plugins = { providers: [{ name: "zuplo", path: "." }] };
      const properties = { branch: "main", name: "BACKEND_URL", value: "https://backend.example.com" };
      await yaml.write({ plugins, resources: { url: { type: "zuplo:EnvironmentVariable", properties } } });
      // when
      const run = await yaml.project.preview();
      await yaml.project.remove();
      // then
      assertSucceeded(run);
      assert.match(run.text, /zuplo:index:EnvironmentVariable/);
      assert.equal(plugin.exitCode, null);
    } finally {
      plugin.kill();
    }
  });
});
