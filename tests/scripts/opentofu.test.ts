import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { World } from "../../scripts/engine/find";
import { findOpenTofu, OPENTOFU_VERSION } from "../../scripts/engine/opentofu";
import type { Command } from "../../scripts/engine/run";

const script = { mode: 0o755 };

describe("npm run opentofu", () => {
  let folder: string;
  let commands: Command[];
  let world: World;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "opentofu-test-"));
    commands = [];
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "go"), "", script);
    world = {
      env: { PATH: bin, PULUMI_ZUPLO_CACHE: join(folder, "cache") },
      signal: new AbortController().signal,
      progress: { say: () => {}, step: () => {}, end: () => {} },
      async run(command) {
        commands.push(command);
        const output = command.args[command.args.indexOf("-o") + 1] ?? "";
        if (command.args[0] === "build") writeFileSync(output, "", script);
        return command.args[0] === "mod" ? JSON.stringify({ Dir: "/proxy/opentofu" }) : "";
      },
    };
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("builds what the module proxy has, from a copy of its own, and keeps it", async () => {
    // when
    const found = await findOpenTofu(world);
    // then
    assert.ok(found.startsWith(join(folder, "cache", `opentofu-${OPENTOFU_VERSION}-`)), found);
    const [download, copy, unlock, build] = commands;
    assert.deepEqual(download?.args.slice(0, 2), ["mod", "download"]);
    assert.ok(copy?.args.includes("/proxy/opentofu"));
    assert.equal(unlock?.command, "chmod");
    assert.equal(build?.cwd, copy?.args.at(-1));
    // and the second time it is there
    assert.equal(await findOpenTofu(world), found);
    assert.equal(commands.length, 4);
  });

  it("takes the one on PATH", async () => {
    const bin = join(folder, "bin");
    writeFileSync(join(bin, "tofu"), "", script);
    assert.equal(await findOpenTofu(world), bin);
    assert.deepEqual(commands, []);
  });

  it("says what to install where there is no Go", async () => {
    const nothing = { ...world, env: { ...world.env, PATH: "" } };
    await assert.rejects(findOpenTofu(nothing), /OpenTofu is missing: install it, or Go/);
  });
});
