/** Where the progress goes. */
export interface Screen {
  write(text: string): void;
  /** Whether lines can be drawn over, and colours are understood. */
  isTerminal: boolean;
  /** Characters in a line. */
  width: number;
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

export type Color = keyof typeof codes;

export function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    write: text => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get width() {
      return stream.columns ?? 120;
    },
  };
}

export function paint(screen: Screen, color: Color, text: string): string {
  return screen.isTerminal ? `\x1b[${codes[color]}m${text}\x1b[0m` : text;
}
