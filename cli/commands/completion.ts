import { Argument, type Command } from "commander";
import { completionScript, type Shell, shells } from "../completion/scripts";
import { example, withHelp } from "../help";
import type { Surroundings } from "./shared";

export function declareCompletion(program: Command, { terminal }: Surroundings): void {
  const completion = program
    .command("completion")
    .description("write the script with which a shell completes commands, options and values")
    .addArgument(new Argument("<shell>", "shell that runs the script").choices(shells))
    .action((shell: Shell) => terminal.out(...completionScript(shell, program).trimEnd().split("\n")));
  withHelp(completion, {
    examples: [
      example(
        "bash, from the next shell on",
        "mkdir -p ~/.local/share/bash-completion/completions",
        "pulumi-zuplo completion bash > ~/.local/share/bash-completion/completions/pulumi-zuplo",
      ),
      example(
        "zsh, where fpath has ~/.zfunc",
        "mkdir -p ~/.zfunc",
        "pulumi-zuplo completion zsh > ~/.zfunc/_pulumi-zuplo",
      ),
      example(
        "fish",
        "mkdir -p ~/.config/fish/completions",
        "pulumi-zuplo completion fish > ~/.config/fish/completions/pulumi-zuplo.fish",
      ),
    ],
    notes: [
      "It completes `pulumi-zuplo`, not `npx pulumi-zuplo`: install the package globally, or put node_modules/.bin on PATH.",
    ],
  });
}
