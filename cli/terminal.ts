import { inspect } from "node:util";

import { plain, plainJson, redact } from "../provider/text/redact";
import { inCommandWords } from "./words";

/** Standard output or standard error, as far as it is used here. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Knows NO_COLOR, FORCE_COLOR and TERM; only a terminal has it. */
  hasColors?(): boolean;
}

export type Style = "bold" | "dim" | "green" | "yellow" | "red";

/** A text that has a style where the output shows one. */
export interface Styled {
  style: Style;
  text: string;
}

/** A line of output. It stays one, and steers nothing, whatever the texts in it hold. */
export type Line = string | readonly (string | Styled)[];

/** Where a command tells of itself: results to standard output, everything else to standard error. */
export interface Terminal {
  out(...lines: readonly Line[]): void;
  error(...lines: readonly Line[]): void;
  /** One JSON object to standard output, for a program. */
  json(value: object): void;
  /** Shows a line while the work goes on; nothing where nobody watches. */
  during<T>(line: string, work: Promise<T>): Promise<T>;
}

export function openTerminal(stdout: Output, stderr: Output): Terminal {
  return {
    out: (...lines) => print(stdout, lines),
    error: (...lines) => print(stderr, lines),
    json: value => void stdout.write(`${inCommandWords(plainJson(value))}\n`),
    async during(line, work) {
      if (!stderr.isTTY) return work;
      stderr.write(`${shown(line)} …`);
      try {
        return await work;
      } finally {
        stderr.write("\r\u001b[K");
      }
    },
  };
}

export function paint(style: Style, text: string): Styled {
  return { style, text };
}

/** The one way to the terminal, so that no command has to remember what others' texts may do to it. */
function print(output: Output, lines: readonly Line[]): void {
  const hasColors = output.isTTY === true && output.hasColors?.() === true;
  for (const line of lines) {
    const parts = typeof line === "string" ? [line] : line;
    output.write(`${parts.map(part => rendered(part, hasColors)).join("")}\n`);
  }
}

function rendered(part: string | Styled, hasColors: boolean): string {
  if (typeof part === "string") return shown(part);
  if (!hasColors) return shown(part.text);
  const [on, off] = inspect.colors[part.style] ?? [0, 0];
  return `\u001b[${on}m${shown(part.text)}\u001b[${off}m`;
}

function shown(text: string): string {
  return plain(redact(inCommandWords(text)));
}
