import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { World } from "../../scripts/engine/find";
import type { Command } from "../../scripts/engine/run";
import { findStepCa } from "../../scripts/engine/stepCa";

const script = { mode: 0o755 };

describe("the search for step and step-ca", () => {
  let folder: string;
  let commands: Command[];
  let world: World;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "step-ca-test-"));
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
        const [what = ""] = basename(command.args.at(-1) ?? "").split("@");
        writeFileSync(join(command.env?.GOBIN ?? "", what), "", script);
        return "";
      },
    };
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("builds each from the module proxy at its own version, and keeps it", async () => {
    // when
    const found = await findStepCa(world);
    // then
    assert.deepEqual(
      found.map(directory => /^(step(?:-ca)?)-\d+\.\d+\.\d+-/.exec(basename(directory))?.[1]),
      ["step", "step-ca"],
    );
    for (const { args, env } of commands) {
      assert.match(args.at(-1) ?? "", /^github\.com\/smallstep\/\w+\/cmd\/step(-ca)?@v\d+\.\d+\.\d+$/);
      assert.equal(env?.CGO_ENABLED, "0");
    }
    assert.equal(commands.length, 2);
    // and the second time they are there
    assert.deepEqual(await findStepCa(world), found);
    assert.equal(commands.length, 2);
  });

  it("takes those on PATH", async () => {
    const bin = join(folder, "bin");
    for (const file of ["step", "step-ca"]) writeFileSync(join(bin, file), "", script);
    assert.deepEqual(await findStepCa(world), [bin, bin]);
    assert.deepEqual(commands, []);
  });

  it("says what to install where there is no Go", async () => {
    const nothing = { ...world, env: { ...world.env, PATH: "" } };
    await assert.rejects(findStepCa(nothing), /step is missing: install it, or Go/);
  });
});
