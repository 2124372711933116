import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { executable } from "../../scripts/engine/files";
import type { World } from "../../scripts/engine/find";
import type { Command, Runner } from "../../scripts/engine/run";
import { ENGINE_VERSION } from "../../scripts/engine/versions";

/** The pid of no process: larger than any system gives. */
export const DEAD_PID = 2 ** 30;

/** A folder that is gone after each test of the suite that calls this. */
export function temporaryFolder(): () => string {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "engine-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** A program that prints one line. */
export function writeProgram(folder: string, name: string, line = ""): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, executable(name));
  writeFileSync(file, `#!/bin/sh\necho '${line}'\n`);
  chmodSync(file, 0o755);
  return file;
}

export interface FakeWorld extends World {
  /** What was run, in order. */
  readonly commands: string[];
  /** What the person at the terminal has read. */
  readonly said: string[];
}

/** A world with an empty PATH and cache, and a runner that answers as `answer` says. */
export function fakeWorld(folder: string, answer: Runner, env: NodeJS.ProcessEnv = {}): FakeWorld {
  const commands: string[] = [];
  const said: string[] = [];
  return {
    env: { PATH: "", PULUMI_ZUPLO_CACHE: join(folder, "cache"), ...env },
    run: command => {
      commands.push([command.command, ...command.args].join(" "));
      return answer(command);
    },
    progress: { step: text => said.push(text), say: text => said.push(text), end() {} },
    signal: new AbortController().signal,
    pollMs: 5,
    commands,
    said,
  };
}

/** Plays Go and the programs that it builds; the official installation fails. */
export function fakeGo(modules: string): Runner {
  return async ({ command, args }: Command) => {
    if (args[0] === "version") return `v${ENGINE_VERSION}\n`;
    if (command !== "go") throw new Error("cannot be reached");
    if (args[0] === "list") return `${modules}\n`;
    const output = args[args.indexOf("-o") + 1] ?? "";
    if (args[0] === "build") writeProgram(dirname(output), basename(output));
    return "";
  };
}
