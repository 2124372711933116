import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { openCache } from "../../scripts/engine/cache";
import { ENGINE_VERSION } from "../../scripts/engine/versions";

const root = resolve(__dirname, "../..");

/** What the Python package needs to be installed and to run; it comes from PyPI once, and is kept in the cache. */
const requirements = [
  `pulumi==${ENGINE_VERSION}`,
  "mypy==2.4.1",
  "parver>=0.2.1",
  "semver>=2.8.1",
  "setuptools>=70.1",
];
const maxInstallMs = 240_000;

/** An environment in which `python3` has the SDK of this checkout, of which a copy goes into the folder. */
export async function pythonWithSdk(temporary: string): Promise<Record<string, string>> {
  const bin = join(await virtualEnvironment(), "bin");
  // Installed from a copy, since the build leaves its traces beside the sources.
  const source = join(temporary, "source");
  cpSync(join(root, "sdk", "python"), source, { recursive: true });
  const packages = join(temporary, "packages");
  const options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", packages];
  await command(join(bin, "python3"), "-m", "pip", "install", ...options, source);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, PYTHONPATH: packages };
}

/** What comes from PyPI, once for each version of Python and of the engine. */
async function virtualEnvironment(): Promise<string> {
  const version = (await command("python3", "-c", "import sys; print(sys.version, sys.prefix)")).trim();
  const key = createHash("sha256")
    .update(JSON.stringify([version, requirements]))
    .digest("hex");
  const { root: cache } = openCache(process.env);
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, `python-${ENGINE_VERSION}-${key.slice(0, 8)}`);
  const { withLock } = await import("../../scripts/lock.mjs");
  await withLock(`${folder}.lock`, { onWait: () => {} }, async () => {
    // Renamed when it is whole. Its programs name the folder they were made in: only `python3` is used.
    if (existsSync(folder)) return;
    const staging = `${folder}.new`;
    rmSync(staging, { recursive: true, force: true });
    await command("python3", "-m", "venv", staging);
    await command(join(staging, "bin/python3"), "-m", "pip", "install", "--quiet", ...requirements);
    renameSync(staging, folder);
  });
  return folder;
}

/** Its standard output; a failure says what was printed. */
export async function command(file: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(file, args, { cwd: root, timeout: maxInstallMs })).stdout;
  } catch (error) {
    const { message, stdout = "", stderr = "" } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message}\n${stdout}${stderr}`);
  }
}
