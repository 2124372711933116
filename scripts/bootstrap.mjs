// Runs a script or the tests of this repository from whatever state the checkout is in, a fresh clone first
// of all: it depends on nothing but Node and npm.
//
//   node scripts/bootstrap.mjs [--engine] SCRIPT.ts [args…]
//
// Everything that it does itself is told on stderr: stdout belongs to what it runs.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withLock } from "./lock.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 20;

async function main(args) {
  const node = Number(process.versions.node.split(".")[0]);
  if (node < OLDEST_NODE)
    fail(`This needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}.`);
  const engine = args[0] === "--engine";
  const [script, ...rest] = engine ? args.slice(1) : args;
  if (script === undefined) fail("Usage: node scripts/bootstrap.mjs [--engine] SCRIPT.ts [args…]");

  if (!isSetUp()) await setUp();
  const env = engine ? await withEngine() : process.env;
  // The script keeps the caller's folder, to which its arguments may be relative.
  const { code } = await run(process.execPath, [...typescript(), join(ROOT, script), ...rest], {
    env,
    cwd: process.cwd(),
    stdio: "inherit",
  });
  process.exitCode = code;
}

function isSetUp() {
  return dependenciesMatch() && distMatches();
}

/** Under a lock: two that run npm in the same folder break each other's work. */
async function setUp() {
  const onWait = holder => say(`Waiting for process ${holder?.pid ?? "?"}, which is setting this folder up`);
  await withLock(join(ROOT, ".tmp/setup.lock"), { onWait }, async () => {
    if (!dependenciesMatch()) await installDependencies();
    if (!distMatches()) await buildDist();
  });
}

// Dependencies: npm writes down what it has installed in the form of the lockfile, at the end of its work.

function dependenciesMatch() {
  const wanted = packagesOf(join(ROOT, "package-lock.json"));
  const installed = packagesOf(join(ROOT, "node_modules/.package-lock.json"));
  if (installed === undefined) return false;
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity;
  for (const [path, { optional, devOptional, ...entry }] of Object.entries(wanted ?? {})) {
    const found = installed[path];
    // What is optional may be missing: it is for other platforms.
    const fits = found === undefined ? optional || devOptional : same(found, entry);
    if (path !== "" && !fits) return false;
  }
  return Object.keys(installed).every(path => path in (wanted ?? {}));
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

async function installDependencies() {
  say("Installing the dependencies (npm ci)");
  // Whoever calls this with `npm --silent` or in production still needs the tools, and to see why they failed.
  const { npm_config_loglevel: _, ...env } = process.env;
  const cli = process.env.npm_execpath ?? "";
  // No package needs its scripts, and our own `prepare` would build dist/, which comes next anyway.
  const args = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const [command, all] = basename(cli) === "npm-cli.js" ? [process.execPath, [cli, ...args]] : ["npm", args];
  const { code } = await run(command, all, {
    cwd: ROOT,
    env,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32" && command === "npm",
  });
  if (code !== 0) fail("The dependencies could not be installed: see above what npm says.");
}

// dist/: a hash of everything that it is made from lies in it.

const STAMP = join(ROOT, "dist/.built-from");
/** The modules, and their types: only these keep the comments, which an editor shows. */
const PROJECTS = ["tsconfig.build.json", "tsconfig.types.json"];
const MINIFY = "scripts/package/minify.mjs";

function distMatches() {
  return existsSync(STAMP) && readFileSync(STAMP, "utf8") === sourcesHash();
}

function sourcesHash() {
  const config = JSON.parse(readFileSync(join(ROOT, "tsconfig.build.json"), "utf8"));
  const folders = config.include.map(pattern => pattern.split("/")[0]);
  const settings = ["tsconfig.json", ...PROJECTS, MINIFY, "package.json", "package-lock.json"];
  const hash = createHash("sha256");
  for (const file of [...settings, ...folders.flatMap(sources)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

function sources(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(path);
    return /\.(ts|json)$/.test(entry.name) ? [path] : [];
  });
}

async function buildDist() {
  say("Building dist/");
  const hash = sourcesHash();
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const options = { cwd: ROOT, stdio: ["ignore", 2, 2] };
  const runs = await Promise.all(
    PROJECTS.map(project => run(process.execPath, [tsc, "-p", project], options)),
  );
  if (runs.some(({ code }) => code !== 0)) fail("dist/ could not be built: see above what tsc says.");
  const { code } = await run(process.execPath, [join(ROOT, MINIFY)], options);
  if (code !== 0) fail("dist/ could not be made smaller: see above why.");
  writeFileSync(STAMP, hash);
}

// The engine

async function withEngine() {
  const args = [...typescript(), join(ROOT, "scripts/engine.ts")];
  const { code, stdout } = await run(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  // It has said why.
  if (code !== 0) process.exit(code);
  const name = Object.keys(process.env).find(key => key.toUpperCase() === "PATH") ?? "PATH";
  return {
    ...process.env,
    [name]: `${stdout.trim()}${delimiter}${process.env[name] ?? ""}`,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

// Running

/** The options that make Node read TypeScript: what the program `tsx` does, with one process less. */
function typescript() {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return ["--import", pathToFileURL(tsx).href];
}

/** Runs a program to its end; signals that come meanwhile are its affair. */
function run(command, args, options) {
  const child = spawn(command, args, options);
  const forward = signal => {
    // A terminal sends Ctrl-C to the child too, and for Pulumi a second one means: stop at once.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  let stdout = "";
  child.stdout?.on("data", data => {
    stdout += data;
  });
  return new Promise(done => {
    child.on("error", error => fail(`${command} did not start: ${error.message}`));
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      done({ code: code ?? 128 + constants.signals[signal], stdout });
    });
  });
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

await main(process.argv.slice(2));
