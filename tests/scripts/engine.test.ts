import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NOTHING_TO_BUILD_WITH, planBuild } from "../../scripts/engine/build";
import { isComplete, openCache } from "../../scripts/engine/cache";
import { findEngine } from "../../scripts/engine/find";
import { elapsed } from "../../scripts/engine/progress";
import { type Runner, runner } from "../../scripts/engine/run";
import { BINARIES, BUILD_FLAGS, ENGINE_VERSION, engineKey } from "../../scripts/engine/versions";
import { DEAD_PID, type FakeWorld, fakeGo, fakeWorld, temporaryFolder, writeProgram } from "./fakes";

const HOSTS = ["pulumi-language-nodejs", "pulumi-language-yaml"];
const NOTHING_RUNS: Runner = async ({ command }) => {
  throw new Error(`${command} must not run`);
};

describe("scripts/engine", () => {
  const folder = temporaryFolder();

  describe("the cache key", () => {
    it("has the engine's version and the platform, and changes with any version or flag", () => {
      const key = engineKey("linux", "x64");
      assert.match(key, new RegExp(`^engine-${ENGINE_VERSION}-[0-9a-f]{8}-linux-amd64$`));
      const newer = BINARIES.map(binary =>
        binary.name === "pulumi-language-yaml" ? { ...binary, modules: ["other@v9.9.9"] } : binary,
      );
      const others = [
        engineKey("darwin", "x64"),
        engineKey("linux", "arm64"),
        engineKey("linux", "x64", newer),
        engineKey("linux", "x64", BINARIES, [...BUILD_FLAGS, "-race"]),
      ];
      assert.equal(new Set([key, ...others]).size, 5);
    });

    it("lies in PULUMI_ZUPLO_CACHE, else in XDG_CACHE_HOME", () => {
      assert.equal(openCache({ PULUMI_ZUPLO_CACHE: "/a", XDG_CACHE_HOME: "/b" }).root, "/a");
      assert.equal(openCache({ XDG_CACHE_HOME: "/b" }).root, join("/b", "pulumi-zuplo"));
    });
  });

  describe("an engine on PATH", () => {
    const onPath = (version: string, hosts: readonly string[]): FakeWorld => {
      const bin = join(folder(), "bin");
      writeProgram(bin, "pulumi", version);
      for (const host of hosts) writeProgram(bin, host);
      return fakeWorld(folder(), runner(new AbortController().signal), {
        PATH: `${join(folder(), "nothing")}:${bin}`,
        PULUMI_ZUPLO_ENGINE: "path",
      });
    };

    it("is taken, and nothing is written", async () => {
      const world = onPath("v3.139.0", HOSTS);
      assert.equal(await findEngine(world), join(folder(), "bin"));
      assert.deepEqual(readdirSync(folder()), ["bin"]);
    });

    it("is not taken when it is too old", async () => {
      const world = onPath("v3.138.9", HOSTS);
      await assert.rejects(findEngine(world), /no Pulumi 3\.139\.0 or newer on PATH/);
      assert.match(world.said.join("\n"), /not used: it is 3\.138\.9/);
    });

    it("is not taken without the language hosts", async () => {
      const world = onPath("v3.248.0", HOSTS.slice(0, 1));
      await assert.rejects(findEngine(world));
      assert.match(world.said.join("\n"), /not used: pulumi-language-yaml is not there/);
    });
  });

  describe("the build", () => {
    const withGo = (env: NodeJS.ProcessEnv = {}): FakeWorld => {
      const bin = join(folder(), "go-bin");
      writeProgram(bin, "go");
      const modules = join(folder(), "modules");
      for (const { script } of BINARIES) {
        if (script === undefined) continue;
        const file = join(modules, script.path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, "", { mode: 0o444 });
      }
      return fakeWorld(folder(), fakeGo(modules), { PATH: bin, ...env });
    };

    it("has one go.mod for each program, with pinned versions", () => {
      for (const binary of BINARIES) {
        const [init, get, build] = planBuild(binary, "/src", "/bin", "/log").map(({ args }) =>
          args.join(" "),
        );
        assert.equal(init, "mod init enginebuild");
        assert.match(get ?? "", /^get( \S+@v\d+\.\d+\.\d+)+$/);
        assert.match(
          build ?? "",
          /^build -trimpath -ldflags -s -w -X \S+\.Version=v3\.248\.0 -o \/bin\/pulumi/,
        );
      }
    });

    it("follows an installation that cannot be reached, and the next run takes what is there", async () => {
      const world = withGo();
      const bin = await findEngine(world);
      assert.deepEqual(
        readdirSync(bin).sort(),
        [
          ...BINARIES.map(({ name }) => name),
          "pulumi-language-python-exec",
          "pulumi-resource-pulumi-nodejs",
        ].sort(),
      );
      assert.equal(statSync(join(bin, "pulumi-language-python-exec")).mode & 0o777, 0o755);
      assert.equal(world.said.filter(line => /official installation cannot/.test(line)).length, 1);
      // Only the engine and its log stay: no lock, no sources.
      assert.equal(readdirSync(join(folder(), "cache")).length, 2);
      assert.deepEqual(readdirSync(dirname(bin)).sort(), ["bin", "engine.json"]);

      assert.equal(await findEngine(fakeWorld(folder(), NOTHING_RUNS)), bin);
    });

    it("never takes a folder for complete that lacks something", async () => {
      const world = withGo();
      const { engine, bin } = openCache(world.env);
      writeProgram(bin, "pulumi");
      assert.equal(isComplete(engine), false);
      await findEngine(world);
      assert.equal(isComplete(engine), true);
      rmSync(join(bin, "pulumi-language-yaml"));
      assert.equal(isComplete(engine), false);
      await findEngine(world);
      assert.equal(isComplete(engine), true);
    });

    it("leaves nothing but the log when it fails, and clears what a killed one has left", async () => {
      const world = withGo();
      const { engine, root, log } = openCache(world.env);
      mkdirSync(`${engine}.${DEAD_PID}.new`, { recursive: true });
      const failing: FakeWorld = {
        ...world,
        run: async command => {
          if (command.args[0] === "build") throw new Error("no space left");
          return world.run(command);
        },
      };
      await assert.rejects(findEngine(failing), /no space left/);
      assert.deepEqual(
        readdirSync(root).map(name => join(root, name)),
        [log],
      );
    });

    it("says what to install when Go is missing too", async () => {
      const world = fakeWorld(folder(), fakeGo(""));
      await assert.rejects(findEngine(world), { message: NOTHING_TO_BUILD_WITH });
      assert.match(NOTHING_TO_BUILD_WITH, /install Pulumi .* or Go /);
    });

    it("is the only way with PULUMI_ZUPLO_ENGINE=build; a word that is no way is refused", async () => {
      const world = withGo({ PULUMI_ZUPLO_ENGINE: "build" });
      await findEngine(world);
      assert.ok(!world.commands.some(command => command.includes("install-main")));
      await assert.rejects(findEngine(withGo({ PULUMI_ZUPLO_ENGINE: "brew" })), /path, install, build/);
    });

    it("is done once when two runs want it at once: the second waits, and says so", async () => {
      const [first, second] = [withGo(), withGo()];
      const [a, b] = await Promise.all([findEngine(first), findEngine(second)]);
      assert.equal(a, b);
      const builds = [...first.commands, ...second.commands].filter(line => line.startsWith("go build"));
      assert.equal(builds.length, BINARIES.length);
      assert.match(second.said.join("\n"), /Waiting for process \d+/);
    });
  });

  describe("a command", () => {
    const run = runner(new AbortController().signal);
    const node = (script: string) => ({ command: process.execPath, args: ["-e", script] });

    it("that fails says how, with the end of its output and where the rest is", async () => {
      const log = join(folder(), "log");
      const script = "for (let i = 0; i < 40; i++) console.log('line ' + i); process.exit(3)";
      await assert.rejects(run({ ...node(script), log }), (error: Error) => {
        assert.match(error.message, /failed \(exit code 3\)/);
        assert.match(error.message, /\| line 39\nThe whole output is in .*log$/);
        assert.doesNotMatch(error.message, /\| line 9\n/);
        return true;
      });
    });

    it("is ended at its time limit, and when the run is stopped", async () => {
      const waits = node("setTimeout(() => {}, 60_000)");
      await assert.rejects(run({ ...waits, timeoutMs: 100 }), /took longer than 0\.1 s/);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      await assert.rejects(runner(stop.signal)(waits), /was stopped/);
    });

    it("that is not there says so", async () => {
      await assert.rejects(run({ command: "no-such-program", args: [] }), /did not start: .*ENOENT/);
    });
  });

  it("tells time in minutes and seconds", () => {
    assert.equal(elapsed(0, 247_400), "4:07");
  });
});
