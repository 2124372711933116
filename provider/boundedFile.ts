import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Coded, coded } from "./text/codes";
import { quote } from "./text/redact";
import { shellWord } from "./text/shellWord";

/** Why a file was not read. */
export type Unread =
  | { kind: "missing" | "folder" | "irregular" | "tooLong" }
  /** The system's own code, such as EACCES. */
  | { kind: "failed"; code: string };

export type BoundedText =
  /** `isShared`: others than its owner may read it, too. */
  { text: string; isShared: boolean } | Unread;

/** Reads a regular file that has no more bytes than it may; a pipe or a device could go on for ever. */
export function readRegularFile(path: string, maxBytes: number): BoundedText {
  let file: number;
  try {
    // Without O_NONBLOCK, to open a pipe is to wait for somebody who writes to it.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? { kind: "missing" } : failed(error);
  }
  try {
    const info = fstatSync(file);
    if (info.isDirectory()) return { kind: "folder" };
    if (!info.isFile()) return { kind: "irregular" };
    if (info.size > maxBytes) return { kind: "tooLong" };
    // No more than it holds now, whatever is written to it meanwhile. Some file systems do not tell the size.
    const text = readUpTo(file, info.size || maxBytes).toString("utf8");
    return { text, isShared: isShared(info.mode) };
  } catch (error) {
    return failed(error);
  } finally {
    closeSync(file);
  }
}

/** Windows keeps its rights elsewhere, and tells a mode that means nothing. */
function isShared(mode: number): boolean {
  return process.platform !== "win32" && (mode & 0o044) !== 0;
}

/** What there is to say of a file with a secret that others may read. It names the file alone, so it is said once. */
export function sharedWarning(path: string, what: string): Coded {
  const file = quote(path);
  const text = `The file '${file}', which holds ${what}, can be read by others on this machine: run \`chmod 600 ${shellWord(file)}\`.`;
  return coded("ZUPLO1107", text);
}

/** Reads standard input to its end, which has to come before the limit. */
export function readStandardInput(maxBytes: number): BoundedText {
  try {
    const bytes = readUpTo(0, maxBytes + 1);
    return bytes.length > maxBytes ? { kind: "tooLong" } : { text: bytes.toString("utf8"), isShared: false };
  } catch (error) {
    return failed(error);
  }
}

const firstBytes = 64 * 1024;
/** Between two looks at a pipe that has nothing yet, in milliseconds. */
const pauseMs = 10;

function readUpTo(file: number, maxBytes: number): Buffer {
  let buffer = Buffer.alloc(Math.min(maxBytes, firstBytes));
  let length = 0;
  for (;;) {
    if (length === buffer.length) {
      if (length === maxBytes) return buffer;
      buffer = Buffer.concat([buffer], Math.min(2 * length, maxBytes));
    }
    const read = readNow(file, buffer, length);
    if (read === undefined) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      continue;
    }
    if (read === 0) return buffer.subarray(0, length);
    length += read;
  }
}

/** @returns undefined where there is nothing to read yet: somebody made the pipe one that does not wait. */
function readNow(file: number, buffer: Buffer, offset: number): number | undefined {
  try {
    return readSync(file, buffer, offset, buffer.length - offset, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

function failed(error: unknown): Unread {
  return { kind: "failed", code: (error as NodeJS.ErrnoException).code ?? "unknown error" };
}
