import type { Command } from "commander";
import { createProgram } from "../../cli/program";
import { openTerminal } from "../../cli/terminal";

const nowhere = { write: () => true };

/** The program, and each of its commands; what they would print goes nowhere. */
export function everyCommand(): [Command, ...Command[]] {
  const program = createProgram(
    openTerminal(nowhere, nowhere),
    () => undefined,
    () => undefined,
  );
  return [program, ...program.commands];
}
