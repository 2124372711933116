import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Help } from "commander";
import { shells } from "../../cli/completion/scripts";
import { cli } from "./capture";
import { everyCommand } from "./everyCommand";

const isThere = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const help = new Help();

describe("pulumi-zuplo completion", () => {
  let folder: string;

  before(async function () {
    if (!isThere("bash")) this.skip();
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-completion-"));
    mkdirSync(join(folder, "shop"));
    for (const name of ["client.pem", "client key.pem"]) writeFileSync(join(folder, name), "");
    for (const shell of shells)
      writeFileSync(join(folder, `script.${shell}`), (await cli(["completion", shell])).stdout);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a real bash offers for the last of these words, split as its line editor does. */
  function offered(...words: string[]): string[] {
    // As the line editor calls it: by what `complete` has registered.
    const script = `
      source script.bash
      COMP_WORDS=(pulumi-zuplo "$@") COMP_CWORD=$#
      called=$(complete -p pulumi-zuplo | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      $called 2>/dev/null
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const printed = execFileSync("bash", ["--norc", "-c", script, "bash", ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    return printed.split("\n").filter(line => line !== "");
  }

  it("offers every command of the program, and what begins as the word does", () => {
    const [program, ...commands] = everyCommand();
    const names = [...commands.map(command => command.name()), "help"];
    assert.deepEqual(offered(""), names);
    assert.deepEqual(offered("re"), ["renew-due", "release", "report"]);
    assert.deepEqual(offered("help", "st"), ["status"]);
    assert.ok(program.commands.length === commands.length && commands.length > 8);
  });

  for (const command of everyCommand().slice(1)) {
    it(`offers the options of ${command.name()}, and their choices`, () => {
      const options = help.visibleOptions(command);
      const all = options.flatMap(({ short, long = "" }) => (short === undefined ? [long] : [short, long]));
      assert.deepEqual(offered(command.name(), "-"), all);
      for (const { long = "", argChoices } of options) {
        if (argChoices === undefined) continue;
        assert.deepEqual(offered(command.name(), long, ""), argChoices);
        assert.deepEqual(offered(command.name(), long, "=", ""), argChoices);
        assert.deepEqual(offered(command.name(), long, "="), argChoices);
      }
    });
  }

  it("offers files where a file is expected, folders where a folder is, and nothing for a name", () => {
    assert.deepEqual(offered("check", "cl").sort(), ["client key.pem", "client.pem"]);
    assert.deepEqual(offered("check", "client.pem", "client ").sort(), ["client key.pem"]);
    assert.deepEqual(offered("status", "--api-key-file", "cl").length, 2);
    assert.deepEqual(offered("report", "client.pem", "client.pem", "cl").length, 2);
    assert.deepEqual(offered("init", ""), ["shop"]);
    assert.deepEqual(offered("status", "--project", ""), []);
  });

  it("tells values from arguments, also where an option takes several", () => {
    const types = ["development", "preview", "production"];
    assert.deepEqual(offered("check", "--environment", "preview", "p"), ["preview", "production"]);
    assert.deepEqual(offered("check", "client.pem", "--environment", ""), types);
    assert.deepEqual(offered("status", "--stack-export", "-", "--format", "j"), ["json"]);
    assert.deepEqual(offered("check", "--name", "status", "cl").length, 2);
    // The options are what is left.
    assert.ok(offered("check", "client.pem", "client.pem", "").includes("--json"));
  });

  for (const [shell, check] of [
    ["bash", "-n"],
    ["zsh", "-n"],
    ["fish", "--no-execute"],
  ] as const) {
    it(`writes a script that ${shell} can read`, function () {
      if (!isThere(shell)) this.skip();
      const { status, stderr } = spawnSync(shell, [check, `script.${shell}`], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    });
  }

  it("knows the shells that it has, and tells them", async () => {
    const { code, stderr } = await cli(["completion", "tcsh"]);
    assert.match(stderr, /'tcsh' is invalid.*Allowed choices are bash, zsh, fish\./);
    assert.equal(code, 64);
  });
});
