import type { Command } from "commander";
import { bashScript } from "./bash";
import { fishScript } from "./fish";
import { type ProgramWords, wordsOf } from "./words";
import { zshScript } from "./zsh";

const scripts = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
} satisfies Record<string, (program: ProgramWords) => string>;

export type Shell = keyof typeof scripts;
export const shells = Object.keys(scripts) as Shell[];

/** The script with which a shell completes the commands, options and values of a program. */
export function completionScript(shell: Shell, program: Command): string {
  return scripts[shell](wordsOf(program));
}
