import type { Command } from "commander";
import { type ExitCode, exitCodes } from "./errors";

/** A command line that works as it stands, and what it does. */
export interface Example {
  does: string;
  /** One line as a rule; a script may have several. */
  lines: readonly string[];
}

export interface Help {
  examples: readonly Example[];
  /** When the command ends with 2; missing where it never does. */
  expiring?: string;
  /** What else there is to know. */
  notes?: readonly string[];
}

const helps = new WeakMap<Command, Help>();

export function example(does: string, ...lines: readonly string[]): Example {
  return { does, lines };
}

/** Gives a command its examples and exit codes, as `--help` and the page of the CLI show them. */
export function withHelp(command: Command, help: Help): Command {
  helps.set(command, help);
  return command.addHelpText("after", () => helpText(help));
}

export function helpOf(command: Command): Help {
  const help = helps.get(command);
  if (help === undefined) throw new Error(`the command ${command.name()} has no help`);
  return help;
}

/** What each exit code says of a command, in the order of the codes. */
export function exitMeanings({ expiring }: Help): (readonly [ExitCode, string])[] {
  return [
    [exitCodes.ok, "all is well: done, or nothing to do"],
    [exitCodes.failed, "something is wrong, or could not be done: the last lines say what to do"],
    ...(expiring === undefined ? [] : [[exitCodes.expiring, expiring] as const]),
    [exitCodes.usage, "the command line is wrong: an unknown command or option, a missing or wrong value"],
  ];
}

/** The examples as a shell takes them. */
export function exampleLines({ examples }: Help): string[] {
  return examples.flatMap(({ does, lines }) => [`# ${does}`, ...lines]);
}

function helpText(help: Help): string {
  const { notes = [] } = help;
  return [
    "",
    "Examples:",
    ...exampleLines(help).map(line => `  ${line}`),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
    "Exit codes:",
    ...exitMeanings(help).map(([code, meaning]) => `  ${String(code).padEnd(2)}  ${meaning}`),
  ].join("\n");
}
