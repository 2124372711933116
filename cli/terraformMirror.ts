import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isSea } from "node:sea";
import { defaultHosts, executable, sourceAddress } from "../provider/adapters/terraformAddress";
import { version } from "../provider/version";
import { CliError } from "./errors";
import { architectures, type Machine, systems } from "./machine";
import type { Line } from "./terminal";

/** Where the provider comes from: the package of npm, or the single executable, which is the provider, too. */
export type Source = { packageRoot: string } | { executable: string };

/** What a mirror consists of, by path below it. */
export type MirrorFile = { text: string; isExecutable?: true } | { copyOf: string };

export interface Mirror {
  /** Of the command: it goes into a file of its own. */
  configuration: string[];
  /** What a person is told besides. */
  told: Line[];
}

function thisProgram(): Source {
  return isSea()
    ? { executable: process.execPath }
    : { packageRoot: dirname(require.resolve("pulumi-zuplo/package.json")) };
}

const pointer = "installed-at";

/** The first line tells a file of this command from anybody else's. */
const mark = "// Written by `pulumi-zuplo terraform-mirror`.";

/**
 * The same on every machine and for every system, since a lock file holds its hash: where the package lies stands in a
 * file beside it. Terraform shows nothing of a plugin that does not begin but its first line on standard output.
 */
const script = `#!/usr/bin/env node
${mark}
const { readFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");

const folder = dirname(__dirname);
const again = "run \`npx pulumi-zuplo terraform-mirror\` again";
let root;
try {
  root = readFileSync(join(folder, "${pointer}"), "utf8").trim();
  const { version } = require(join(root, "package.json"));
  if (version !== basename(folder)) end(\`\${root} has version \${version} now, and this is \${basename(folder)}: \${again}, and init with -upgrade.\`);
} catch (error) {
  end(\`the package pulumi-zuplo is not at \${root} (\${error.code}): install it, and \${again}.\`);
}
require(join(root, "bin/${executable}"));

function end(problem) {
  process.stdout.write(\`The Zuplo provider: \${problem}\\n\`);
  process.exit(1);
}
`;

/** The files of a mirror for this version of the provider. */
export function mirrorFiles({ platform, arch }: Machine, source = thisProgram()): Map<string, MirrorFile> {
  const isPackage = "packageRoot" in source;
  if (platform === "win32" && isPackage) {
    throw new CliError(
      "On Windows, a plugin of Terraform has to be an .exe, and this package brings a script.",
      "Use the pulumi-zuplo.exe of the release, or run Terraform in WSL, and run this command there.",
      "ZUPLO1580",
    );
  }
  const [system, architecture] = [systems[platform], architectures[arch]];
  if (system === undefined || architecture === undefined) {
    throw new CliError(
      `Terraform and OpenTofu have no name for this machine, which Node calls ${platform} on ${arch}.`,
      `Run this command on one of ${Object.keys(systems).join(", ")}, with one of ${Object.keys(architectures).join(", ")}.`,
      "ZUPLO1581",
    );
  }
  const machine = `${system}_${architecture}`;
  return new Map(
    defaultHosts.flatMap((host): [string, MirrorFile][] => {
      const folder = join(host, sourceAddress, version);
      const program = join(folder, machine, `${executable}_v${version}`);
      if (!isPackage)
        return [[platform === "win32" ? `${program}.exe` : program, { copyOf: source.executable }]];
      return [
        [join(folder, pointer), { text: `${source.packageRoot}\n` }],
        // Above the mirror may be a package whose files are modules.
        [join(folder, machine, "package.json"), { text: '{ "type": "commonjs" }\n' }],
        [program, { text: script, isExecutable: true }],
      ];
    }),
  );
}

/** Lays out a mirror of this provider. What somebody else has put there is never touched. */
export function writeMirror(folder: string, machine: Machine = process, source = thisProgram()): Mirror {
  const root = resolve(folder);
  const files = mirrorFiles(machine, source);
  const foreign = [...files].filter(([path, file]) => !isOurs(join(root, path), path, file));
  if (foreign.length > 0) {
    throw new CliError(
      `${join(root, foreign[0]?.[0] ?? "")} already exists, and this command has not written it; nothing was changed.`,
      "Give the name of another folder, or move it away.",
      "ZUPLO1582",
    );
  }
  try {
    for (const [path, file] of files) write(join(root, path), file);
  } catch (error) {
    throw new CliError(
      `${root} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
      "Give a folder that you can write to.",
      "ZUPLO1583",
    );
  }
  return { configuration: configurationOf(root), told: mirrorText(root, source) };
}

/** Whether a path is free, or has what this command has written there. */
function isOurs(at: string, path: string, file: MirrorFile): boolean {
  let found: ReturnType<typeof lstatSync> | undefined;
  try {
    found = lstatSync(at, { throwIfNoEntry: false });
  } catch {
    // A folder on the way cannot be entered: what cannot be written says why.
    return true;
  }
  if (found === undefined) return true;
  if (!found.isFile()) return false;
  if ("copyOf" in file && isCopy(at, file.copyOf)) return true;
  const current = readFileSync(at, "utf8");
  // A pointer is one line with an absolute path.
  if (path.endsWith(pointer)) return /^\/[^\n]*\n$/.test(current);
  return ("text" in file && current === file.text) || current.split("\n")[1] === mark;
}

function isCopy(at: string, of: string): boolean {
  const [size, wanted] = [at, of].map(path => lstatSync(path, { throwIfNoEntry: false })?.size);
  return size === wanted && readFileSync(at).equals(readFileSync(of));
}

/** Puts a file into its place at once: an engine may be about to start it. */
function write(path: string, file: MirrorFile): void {
  const mode = "copyOf" in file || file.isExecutable ? 0o755 : 0o644;
  if ("copyOf" in file ? isCopy(path, file.copyOf) : readIfThere(path) === file.text) {
    chmodSync(path, mode);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  try {
    if ("copyOf" in file) copyFileSync(file.copyOf, temporary);
    else writeFileSync(temporary, file.text, { flag: "wx" });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** What makes the engines look into the mirror for this provider, and nowhere else. */
function configurationOf(root: string): string[] {
  const address = `["${sourceAddress}"]`;
  return [
    "provider_installation {",
    "  filesystem_mirror {",
    `    path    = ${JSON.stringify(root)}`,
    `    include = ${address}`,
    "  }",
    "  direct {",
    `    exclude = ${address}`,
    "  }",
    "}",
  ];
}

/** What a person is told of a mirror in `root`. */
export function mirrorText(root: string, source = thisProgram()): Line[] {
  return [
    // Where npx puts a package that is not installed.
    ...("packageRoot" in source && source.packageRoot.includes("/_npx/")
      ? [
          `The package lies in a cache of npm, which may be emptied: ${source.packageRoot}.`,
          "Install it, and run this command again.",
          "",
        ]
      : []),
    `The Zuplo provider ${version} is in ${root}, for Terraform and for OpenTofu.`,
    "",
    "The block on standard output belongs in ~/.terraformrc (OpenTofu: ~/.tofurc), or in a file that",
    "TF_CLI_CONFIG_FILE names. This one belongs in your configuration; then run init:",
    "",
    "terraform {",
    "  required_providers {",
    `    zuplo = { source = "${sourceAddress}", version = "${version}" }`,
    "  }",
    "}",
    "",
  ];
}
