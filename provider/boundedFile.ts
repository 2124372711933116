import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Why a file was not read. */
export type Unread =
  | { kind: "missing" | "folder" | "irregular" | "tooLong" }
  /** The system's own code, such as EACCES. */
  | { kind: "failed"; code: string };

export type BoundedText = { text: string } | Unread;

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
    return { text: readUpTo(file, info.size || maxBytes).toString("utf8") };
  } catch (error) {
    return failed(error);
  } finally {
    closeSync(file);
  }
}

/** Reads standard input to its end, which has to come before the limit. */
export function readStandardInput(maxBytes: number): BoundedText {
  try {
    const bytes = readUpTo(0, maxBytes + 1);
    return bytes.length > maxBytes ? { kind: "tooLong" } : { text: bytes.toString("utf8") };
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
