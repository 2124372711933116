/**
 * Zuplo's own CLI, unchanged, on the Node that it needs. It is far too large for a devDependency,
 * so it is installed once, with pinned versions, into the user's cache folder.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTools, nodePackage } from "../../scripts/npmTools";
import { type Ended, runToEnd } from "../../scripts/run";

const CLI_VERSION = "7.4.5";
const NODE_VERSION = "24.21.0";

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
  run(target: CliTarget, args: string[]): Promise<Ended>;
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
      runToEnd(node, [...first, ...args], {
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

function install(): Promise<string> {
  const dependencies = { "@zuplo/cli": CLI_VERSION, [nodePackage()]: NODE_VERSION };
  return installTools(`zuplo-cli-${CLI_VERSION}`, dependencies);
}
