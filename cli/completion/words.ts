import { type Argument, type Command, Help, type Option } from "commander";

/** What may stand in a place of the command line: nothing where it is empty. */
export interface Values {
  /** The words that are possible; any text where there are none. */
  words: readonly string[];
  path?: "file" | "folder";
}

export interface OptionWords {
  /** `-h` and `--help`; each option has a long form. */
  short?: string;
  long: string;
  description: string;
  /** Undefined for a flag. */
  takes: Values | undefined;
  isVariadic: boolean;
}

export interface ArgumentWords extends Values {
  name: string;
  isVariadic: boolean;
}

/** A command as a shell completes it. */
export interface CommandWords {
  name: string;
  description: string;
  options: OptionWords[];
  arguments: ArgumentWords[];
}

/** The program itself, and its commands. */
export interface ProgramWords extends CommandWords {
  commands: CommandWords[];
}

/** Reads from a program what a shell has to know of it: what `--help` shows, and nothing else. */
export function wordsOf(program: Command): ProgramWords {
  const help = new Help();
  const commands = help.visibleCommands(program);
  const names = commands.map(command => command.name());
  return {
    ...commandWords(program, help, names),
    commands: commands.map(command => commandWords(command, help, names)),
  };
}

function commandWords(command: Command, help: Help, commands: readonly string[]): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionWords),
    arguments: command.registeredArguments.map(argument => argumentWords(argument, commands)),
  };
}

function optionWords(option: Option): OptionWords {
  const { short, long, flags, description, argChoices = [], required, optional, variadic } = option;
  const placeholder = /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";
  return {
    ...(short === undefined ? {} : { short }),
    long: long ?? flags,
    description,
    takes: required || optional ? valuesOf(placeholder, argChoices) : undefined,
    isVariadic: variadic,
  };
}

function argumentWords(argument: Argument, commands: readonly string[]): ArgumentWords {
  const name = argument.name();
  // Only `help` takes a command.
  const words = name === "command" ? commands : (argument.argChoices ?? []);
  return { name, ...valuesOf(name, words), isVariadic: argument.variadic };
}

/** The placeholder says what is expected: `<file>`, `<certificate-file>`, `<dir>`. */
function valuesOf(placeholder: string, words: readonly string[]): Values {
  if (/(^|-)file$/.test(placeholder)) return { words, path: "file" };
  if (/(^|-)dir$/.test(placeholder)) return { words, path: "folder" };
  return { words };
}
