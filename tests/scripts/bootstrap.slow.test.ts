import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { temporaryFolder } from "./fakes";

const ROOT = join(__dirname, "../..");

describe("scripts/bootstrap.mjs", () => {
  const folder = temporaryFolder();
  // Our own modules by links, so that the copy can say that something else is installed.
  beforeEach(() => {
    const file = (name: string, text: string) => writeFileSync(join(folder(), name), text);
    mkdirSync(join(folder(), "scripts/package"), { recursive: true });
    mkdirSync(join(folder(), "src"));
    for (const script of ["bootstrap.mjs", "lock.mjs", "package/minify.mjs"]) {
      cpSync(join(ROOT, "scripts", script), join(folder(), "scripts", script));
    }
    file("package.json", '{ "name": "copy" }');
    file("package-lock.json", JSON.stringify({ packages: { "": {}, ...LOCKED } }));
    file("tsconfig.json", "{}");
    file("tsconfig.build.json", JSON.stringify(BUILD_CONFIG));
    file("tsconfig.types.json", JSON.stringify(TYPES_CONFIG));
    file("src/one.ts", "export const one: number = 1;\n");
    file("child.ts", CHILD);
    install(LOCKED);
  });

  const LOCKED = {
    "node_modules/typescript": { version: "5.0.0", integrity: "sha512-a" },
    "node_modules/other-platform": { version: "1.0.0", integrity: "sha512-b", optional: true },
  };
  const BUILD_CONFIG = {
    // The small library, for speed.
    compilerOptions: { outDir: "dist", types: [], lib: ["ES5"], skipLibCheck: true },
    include: ["src"],
  };
  const TYPES_CONFIG = {
    extends: "./tsconfig.build.json",
    compilerOptions: { declaration: true, emitDeclarationOnly: true },
  };
  const CHILD = `
    const [how, ...rest]: string[] = process.argv.slice(2);
    if (how === "wait") {
      process.on("SIGTERM", () => process.exit(7));
      console.log("ready");
      setInterval(() => {}, 1000);
    } else {
      console.log(JSON.stringify({ rest, path: process.env.PATH, quiet: process.env.PULUMI_SKIP_UPDATE_CHECK }));
      process.exitCode = Number(how);
    }
  `;

  const install = (packages: Record<string, object>) => {
    const modules = join(folder(), "node_modules");
    rmSync(modules, { recursive: true, force: true });
    mkdirSync(modules);
    for (const name of ["typescript", "tsx", "esbuild", "@esbuild", "get-tsconfig", "resolve-pkg-maps"]) {
      const from = join(ROOT, "node_modules", name);
      if (existsSync(from)) symlinkSync(from, join(modules, name));
    }
    writeFileSync(join(modules, ".package-lock.json"), JSON.stringify({ packages }));
  };
  const only = (name: keyof typeof LOCKED) => ({ [name]: LOCKED[name] });

  /** An npm that only writes down how it was called. */
  const withFakeNpm = (): NodeJS.ProcessEnv => {
    const bin = join(folder(), "bin");
    mkdirSync(bin, { recursive: true });
    const npm = join(bin, "npm");
    writeFileSync(npm, `#!/bin/sh\necho "npm says $*"\nexit 1\n`);
    chmodSync(npm, 0o755);
    const { npm_execpath: _, ...env } = process.env;
    return { ...env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  };
  const bootstrap = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    spawnSync(process.execPath, ["scripts/bootstrap.mjs", ...args], { cwd: folder(), env, encoding: "utf8" });

  it("gives the arguments to the script, and its exit code back; stdout is the script's alone", () => {
    const { stdout, status } = bootstrap(["child.ts", "5", "--json", "a b"]);
    assert.deepEqual(JSON.parse(stdout).rest, ["--json", "a b"]);
    assert.equal(status, 5);
  });

  it("builds dist/ when a source has changed, and only then", () => {
    assert.match(bootstrap(["child.ts", "0"]).stderr, /Building dist/);
    assert.equal(bootstrap(["child.ts", "0"]).stderr, "");
    writeFileSync(join(folder(), "src/one.ts"), "export const one: number = 2;\n");
    assert.match(bootstrap(["child.ts", "0"]).stderr, /Building dist/);
    assert.match(readFileSync(join(folder(), "dist/one.js"), "utf8"), /one = 2/);
    assert.match(readFileSync(join(folder(), "dist/one.d.ts"), "utf8"), /one: number/);
    writeFileSync(join(folder(), "src/one.ts"), "export const one: number = 'no';\n");
    const broken = bootstrap(["child.ts", "0"]);
    assert.match(broken.stderr, /TS2322[\s\S]*could not be built/);
    assert.deepEqual([broken.status, broken.stdout], [1, ""]);
  });

  it("installs when a package is missing or of another version, and says when that fails", () => {
    const older = { ...LOCKED, "node_modules/typescript": { version: "4.9.0", integrity: "sha512-c" } };
    const extra = { ...LOCKED, "node_modules/extra": { version: "1.0.0" } };
    for (const installed of [older, extra, only("node_modules/other-platform")]) {
      install(installed);
      const { stdout, stderr, status } = bootstrap(["child.ts", "0"], withFakeNpm());
      assert.match(stderr, /npm says ci[\s\S]*could not be installed/);
      assert.deepEqual([status, stdout], [1, ""]);
    }
  });

  it("does not install when only a package for another platform is missing", () => {
    install(only("node_modules/typescript"));
    assert.equal(bootstrap(["child.ts", "0"], withFakeNpm()).status, 0);
  });

  it("puts the engine first on PATH with --engine, and ends with its exit code when there is none", () => {
    const engine = join(folder(), "scripts/engine.ts");
    writeFileSync(engine, `console.error("progress"); console.log("/the/engine");`);
    const found = bootstrap(["--engine", "child.ts", "0"]);
    const { path, quiet } = JSON.parse(found.stdout);
    assert.ok(path.startsWith(`/the/engine${delimiter}`));
    assert.equal(quiet, "true");
    assert.match(found.stderr, /progress/);

    writeFileSync(engine, "process.exitCode = 3;");
    const { status, stdout } = bootstrap(["--engine", "child.ts", "0"]);
    assert.deepEqual([status, stdout], [3, ""]);
  });

  it("passes a signal on, and waits for what comes of it", async () => {
    const child = spawn(process.execPath, ["scripts/bootstrap.mjs", "child.ts", "wait"], {
      cwd: folder(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [7, null]);
  });

  it("says in one sentence that Node is too old", () => {
    const old = join(folder(), "old.mjs");
    writeFileSync(old, `Object.defineProperty(process.versions, "node", { value: "18.20.0" });\n`);
    const args = ["--import", `./old.mjs`, "scripts/bootstrap.mjs", "child.ts", "0"];
    const { stderr, status } = spawnSync(process.execPath, args, { cwd: folder(), encoding: "utf8" });
    assert.equal(stderr, "This needs Node 20 or newer; this is Node 18.20.0.\n");
    assert.equal(status, 1);
  });
});
