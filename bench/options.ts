import { parseArgs } from "node:util";

export const usage = `Measures this provider beside the engine's own floor and beside what is done today.

Usage: npm run bench -- [options]

  --only CASE        this case only (repeatable); --list names them
  --repetitions N    how often each side is measured (default: 5)
  --quick            small sizes and one repetition: shows that everything runs
  --checkpoints      let the engine write its state with every step at N = 1,000, too: takes hours
  --json FILE        write the figures to FILE
  --picture FILE     write what a reader wants to know first to FILE, as an SVG
  --write DOCUMENT   put the table between the markers of a Markdown document
  --list             name the cases
  --help             this text
`;

export const defaultRepetitions = 5;

export interface Options {
  help: boolean;
  list: boolean;
  only: readonly string[];
  repetitions: number;
  quick: boolean;
  checkpoints: boolean;
  /** Paths, relative to the caller's folder. */
  json: string | undefined;
  picture: string | undefined;
  write: string | undefined;
}

/** Throws an Error fit for the user where the arguments make no sense. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string", multiple: true, default: [] },
      repetitions: { type: "string" },
      quick: { type: "boolean", default: false },
      checkpoints: { type: "boolean", default: false },
      json: { type: "string" },
      picture: { type: "string" },
      write: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { only, quick, checkpoints, json, picture, write, list, help } = values;
  const repetitions = values.repetitions ?? String(quick ? 1 : defaultRepetitions);
  if (!/^[1-9]\d{0,2}$/.test(repetitions))
    throw new Error(`--repetitions takes a whole number, not '${repetitions}'.`);
  return { help, list, only, repetitions: Number(repetitions), quick, checkpoints, json, picture, write };
}
