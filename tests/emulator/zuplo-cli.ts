/**
 * Zuplo's own CLI, unchanged, on the Node that it needs. It is far too large for a devDependency,
 * so it is installed once, with pinned versions, into the user's cache folder.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const CLI_VERSION = "7.4.5";
const NODE_VERSION = "24.21.0";

export interface CliResult {
  /** -1: killed. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliTarget {
  apiUrl: string;
  apiKey: string;
  account: string;
  project: string;
}

export interface ZuploCli {
  /** The program and its first arguments, for who runs it otherwise. */
  command: readonly string[];
  /** Runs one command with the target's account and project, e.g. `["mtls-certificate", "list"]`. */
  run(target: CliTarget, args: string[]): Promise<CliResult>;
  /** Removes the CLI's home folder, not the installation. */
  dispose(): Promise<void>;
}

/** Installs it where it is not yet; the first time takes a minute or two. */
export async function openZuploCli(): Promise<ZuploCli> {
  const folder = await install();
  const node = join(folder, "node_modules", nodePackage(), "bin", "node");
  const script = join(folder, "node_modules", "@zuplo", "cli", "zup.js");
  const home = await mkdtemp(join(tmpdir(), "zuplo-cli-home-"));
  const first = ["--no-warnings", script];
  return {
    command: [node, ...first],
    run: ({ apiUrl, apiKey, account, project }, args) =>
      spawnCollected(node, [...first, ...args], {
        cwd: home,
        timeout: 60_000,
        // Nothing of the caller's environment: the CLI takes every ZUPLO_* variable for an option.
        env: {
          PATH: process.env.PATH,
          HOME: home,
          ZUPLO_DEVELOPER_API_ENDPOINT: apiUrl,
          ZUPLO_API_KEY: apiKey,
          ZUPLO_ACCOUNT: account,
          ZUPLO_PROJECT: project,
          ZUPLO_DO_NOT_TRACK: "1",
          ZUPLO_DISABLE_UPDATE_CHECK: "1",
        },
      }),
    dispose: () => rm(home, { recursive: true, force: true }),
  };
}

async function install(): Promise<string> {
  const caches = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-zuplo");
  const folder = join(caches, `zuplo-cli-${CLI_VERSION}`);
  if (existsSync(folder)) return folder;
  await mkdir(caches, { recursive: true });
  const temporary = await mkdtemp(join(caches, "installing-"));
  try {
    // The package `node` fetches its binary in an install script; the platform's own package brings it without one.
    const dependencies = { "@zuplo/cli": CLI_VERSION, [nodePackage()]: NODE_VERSION };
    await writeFile(join(temporary, "package.json"), JSON.stringify({ private: true, dependencies }));
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--engine-strict=false"];
    const { code, stderr } = await spawnCollected("npm", ["install", ...flags], { cwd: temporary });
    if (code !== 0) throw new Error(`npm could not install @zuplo/cli ${CLI_VERSION}: ${stderr}`);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another run was faster: its installation is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** As the package `node` chooses it. */
function nodePackage(): string {
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return `${prefix}-${process.platform}-${process.arch}`;
}

function spawnCollected(
  command: string,
  args: string[],
  options: { cwd: string; timeout?: number; env?: NodeJS.ProcessEnv },
): Promise<CliResult> {
  return new Promise(resolve => {
    execFile(command, args, { ...options, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    });
  });
}
