import { inspect } from "node:util";

/** Standard output or standard error, as far as it is used here. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Knows NO_COLOR, FORCE_COLOR and TERM; only a terminal has it. */
  hasColors?(): boolean;
}

export type Style = "bold" | "dim" | "green" | "yellow" | "red";
/** Gives a text a style where the output shows one. */
export type Paint = (style: Style, text: string) => string;

/** Where a command tells of itself: results to standard output, everything else to standard error. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** For standard output. */
  paint: Paint;
  /** For standard error. */
  paintError: Paint;
  /** Shows a line while the work goes on; nothing where nobody watches. */
  during<T>(line: string, work: Promise<T>): Promise<T>;
}

export function openTerminal(stdout: Output, stderr: Output): Terminal {
  return {
    out: text => void stdout.write(`${text}\n`),
    error: text => void stderr.write(`${text}\n`),
    paint: painter(stdout),
    paintError: painter(stderr),
    async during(line, work) {
      if (!stderr.isTTY) return work;
      stderr.write(`${line} …`);
      try {
        return await work;
      } finally {
        stderr.write("\r\u001b[K");
      }
    },
  };
}

function painter(output: Output): Paint {
  if (!output.isTTY || !output.hasColors?.()) return (_, text) => text;
  return (style, text) => {
    const [on, off] = inspect.colors[style] ?? [0, 0];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
