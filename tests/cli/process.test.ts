import assert from "node:assert/strict";
import { execFile, type StdioOptions, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { settingsOf } from "../../emulator/settings";
import { type Setup, setUp } from "../emulator/support";
import type { Printed } from "./capture";

const program = resolve(__dirname, "../../bin/pulumi-zuplo");
/** What else each option needs. */
const rest: Record<string, string[]> = { "--api-key-file": ["backend"] };
const commands = ["status", "check", "renew-due", "prune", "release", "init", "terraform-mirror", "report"];

describe("the program pulumi-zuplo", () => {
  let setup: Setup;

  before(async () => {
    setup = await setUp();
  });
  after(() => setup.emulator.stop());

  const start = (args: string[], options: { env?: Record<string, string>; input?: string } = {}) =>
    new Promise<Printed>(done => {
      const env = { PATH: process.env.PATH, ...options.env };
      const child = execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) =>
        done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
      // It may have ended before it has read all.
      child.stdin?.on("error", () => undefined).end(options.input ?? "");
    });

  it("tells its commands, exit codes included", async () => {
    // when
    const all = await Promise.all([
      start(["--help"]),
      ...commands.map(command => start([command, "--help"])),
    ]);
    // then
    for (const { code, stdout } of all) {
      assert.equal(code, 0);
      assert.match(stdout, /\nExamples:\n {2}# .+\n {2}pulumi-zuplo /);
      assert.match(stdout, /\nExit codes:\n {2}0 {3}.+\n {2}1 {3}.+\n( {2}2 {3}.+\n)? {2}64 {2}/);
    }
    for (const command of commands) assert.match(all[0]?.stdout ?? "", new RegExp(`^ {2}${command} `, "m"));
  });

  it("does not show an API key that was given for the path of its file", async () => {
    const { code, stdout, stderr } = await start(["status", "--api-key-file", "zpka_0123456789abcdef"]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: What was given as a path: there is no such file\./);
    assert.ok(!`${stdout}${stderr}`.includes("zpka_"));
  });

  it("says that its output cannot be written, where the disk is full", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const full = openSync("/dev/full", "w");
    const stdio: StdioOptions = ["ignore", full, "pipe"];
    const { status, stderr } = spawnSync(process.execPath, [program, "--help"], { stdio, encoding: "utf8" });
    closeSync(full);
    assert.equal(status, 1);
    assert.match(stderr, /^error: The output cannot be written \(ENOSPC\)\. \[ZUPLO1503\]\n$/);
  });

  it("ends with 64, and says why, when it is called in a way that it does not know", async () => {
    for (const args of [
      [],
      ["stat"],
      ["check"],
      ["check", "-", "-"],
      ["check", "one.pem", "--environment", "live"],
      ["check", "one.pem", "--resource", "shop"],
      ["status", "more"],
      ["status", "--all"],
      ["status", "--within", "soon"],
      ["terraform-mirror", ""],
      ["status", "--json", "--format", "table"],
      ["status", "--endpoint", "http://a.test"],
      ["status", "--api-key", "key"],
      ["prune"],
      ["release", "backend", "--branch", "main"],
    ]) {
      const { code, stdout, stderr } = await start(args);
      assert.equal(code, 64, args.join(" "));
      assert.equal(stdout, "", args.join(" "));
      assert.match(stderr, /^(error: |Usage: )/);
    }
  });

  it("ends with 1 where the command line is good and something else is not", async () => {
    const env = settingsOf(setup.emulator);
    for (const [args, settings] of [
      [["check", "missing.pem"], {}],
      [["status"], {}],
      [["status"], { ...env, ZUPLO_DEVELOPER_API_ENDPOINT: "http://a.test" }],
      [["status", "--project", "other"], env],
      [["report", "missing.jsonl"], {}],
    ] as const) {
      const { code, stderr } = await start([...args], { env: settings });
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, /^error: /);
    }
  });

  it("reads the API key from standard input, and prints neither colours nor the key", async () => {
    // given
    const { ZUPLO_API_KEY: input = "", ...env } = settingsOf(setup.emulator);
    // when
    const { code, stdout, stderr } = await start(["status", "--api-key-file", "-"], {
      env,
      input: `${input}\n`,
    });
    // then
    assert.equal(stdout, "acme/gateway: 0 certificates\n");
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("reads no API key and no stack from what has no end", async () => {
    for (const option of ["--api-key-file", "--stack-export"]) {
      // when
      const { code, stderr } = await start(["prune", option, "/dev/zero"].concat(rest[option] ?? []), {
        env: settingsOf(setup.emulator),
      });
      // then
      assert.match(stderr, /^error: \/dev\/zero: this is not a regular file\.\n/, option);
      assert.equal(code, 1);
    }
    const { stderr } = await start(["status", "--api-key-file", "-"], { input: "k".repeat(300_000) });
    assert.equal(
      stderr,
      "error: Standard input: it is longer than 256 KiB.\nGive the API key, and nothing else. [ZUPLO1503]\n",
    );
  });

  it("ends with 2 when a certificate expires", async () => {
    // given
    const issued = await setup.emulator.authority.issue();
    assert.equal((await setup.upload("backend", issued)).status, 201);
    // when
    const { code, stdout } = await start(["status", "--within", "400d"], { env: settingsOf(setup.emulator) });
    // then
    assert.equal(code, 2);
    assert.match(stdout, /^backend /m);
  });
});
