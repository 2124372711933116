import { randomBytes } from "node:crypto";
import { appendFileSync, closeSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { redact } from "../text/redact";
import { acting } from "./acting";
import type { Entry, Step } from "./entry";
import { recordVersion } from "./version";

/** Keeps what a run does. */
export interface Recorder {
  record(step: Step): void;
}

export const noRecorder: Recorder = { record: () => undefined };

/**
 * Writes a line of JSON for each step, as it happens, so that a run which is killed leaves its trace. Nothing is written
 * by a run that does nothing, such as a preview: what it only says waits for the first step. A record that can no longer
 * be written stops no rotation: a warning says so once.
 *
 * @param path a file, to which it adds, or a folder, in which each run has its own
 */
export class FileRecorder implements Recorder {
  private readonly run = randomBytes(4).toString("hex");
  private file: string | undefined;
  private hasFailed = false;
  private hasBegun = false;
  private readonly waiting: Entry[] = [];

  constructor(
    private readonly path: string,
    private readonly now: () => number,
    private readonly onFailure: (problem: string) => void,
  ) {}

  record(step: Step): void {
    if (this.hasFailed) return;
    const { resource, because } = acting();
    const time = new Date(this.now()).toISOString();
    const told = {
      ...(resource === undefined ? {} : { resource }),
      ...(because === undefined ? {} : { because }),
    };
    this.waiting.push({ version: recordVersion, time, run: this.run, ...told, ...step });
    this.hasBegun ||= step.step !== "message";
    if (!this.hasBegun) return;
    try {
      if (this.file === undefined) {
        this.file = fileOf(this.path, `${time.replace(/[-:]|\.\d+/g, "")}-${this.run}`);
        endLine(this.file);
      }
      const lines = this.waiting.splice(0).map(entry => `${lineOf(entry)}\n`);
      appendFileSync(this.file, lines.join(""), { mode: 0o600 });
    } catch (error) {
      this.hasFailed = true;
      this.onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}

function fileOf(path: string, run: string): string {
  const absolute = resolve(path);
  const isFolder =
    /[/\\]$/.test(path) || statSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(absolute, `zuplo-${run}.jsonl`) : absolute;
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

/** A run that was killed may have left half a line, which would make the next one unreadable. */
function endLine(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const opened = openSync(file, "r");
  try {
    const last = Buffer.alloc(1);
    readSync(opened, last, 0, 1, size - 1);
    if (last.toString() !== "\n") appendFileSync(file, "\n");
  } finally {
    closeSync(opened);
  }
}

/** Looked through as a whole, since there may be many secrets; where it holds one, each text by itself, so that it stays JSON. */
function lineOf(entry: Entry): string {
  const line = JSON.stringify(entry);
  return redact(line) === line ? line : JSON.stringify(withoutSecrets(entry));
}

/** The same with every text redacted: what an answer holds may tell a secret. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
