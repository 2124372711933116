/** What the person waiting sees. */
export interface Progress {
  /** Something that takes a while begins; what went before it is over. */
  step(text: string): void;
  /** One line that stays. */
  say(text: string): void;
  /** Nothing is under way any more. */
  end(): void;
}

const ALIVE_EVERY_MS = 60_000;

/** A single rewritten line on a terminal; elsewhere plain lines, with a sign of life each minute. */
export function progress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? live(stream) : plain(stream);
}

function live(stream: NodeJS.WriteStream): Progress {
  let timer: NodeJS.Timeout | undefined;
  const clear = () => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.write("\r\x1b[K");
  };
  return {
    step(text) {
      clear();
      const since = Date.now();
      // Cut to the width of the terminal: a wrapped line cannot be rewritten.
      const draw = () => {
        const time = ` ${elapsed(since)}`;
        stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - time.length - 1)}${time}`);
      };
      draw();
      timer = setInterval(draw, 1000);
    },
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}

function plain(stream: NodeJS.WriteStream): Progress {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearInterval(timer);
  return {
    step(text) {
      end();
      const since = Date.now();
      stream.write(`${text}\n`);
      timer = setInterval(() => stream.write(`${text}: ${elapsed(since)} so far\n`), ALIVE_EVERY_MS);
    },
    say(text) {
      stream.write(`${text}\n`);
    },
    end,
  };
}

/** `4:07`, in minutes and seconds. */
export function elapsed(since: number, now: number = Date.now()): string {
  const seconds = Math.round((now - since) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
