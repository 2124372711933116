/** The page of the commands of the CLI, from the program that parses them. */
import { type Argument, type Command, Help, type Option } from "commander";
import { exampleLines, exitMeanings, helpOf } from "../../cli/help";
import { createProgram } from "../../cli/program";
import { openTerminal } from "../../cli/terminal";

const GENERATED = "<!-- Written by `npm run docs` from cli/commands. -->";
const nowhere = { write: () => true };
const help = new Help();

export function commandsPage(): string {
  const program = createProgram(
    openTerminal(nowhere, nowhere),
    () => undefined,
    () => undefined,
  );
  const parts = [
    GENERATED,
    "# Every command of `pulumi-zuplo`",
    "As `--help` shows them. `npx pulumi-zuplo` runs them where the package is installed in a project.",
    "## Exit codes",
    exitTable(helpOf(program)),
    ...program.commands.flatMap(section),
  ];
  return `${parts.filter(part => part !== "").join("\n\n")}\n`;
}

function section(command: Command): string[] {
  const more = helpOf(command);
  const description = help.commandDescription(command);
  const options = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  return [
    `## ${command.name()}`,
    `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
    `\`\`\`text\n${help.commandUsage(command)}\n\`\`\``,
    table("argument", command.registeredArguments.map(argumentRow)),
    table("option", options.map(optionRow)),
    `\`\`\`sh\n${exampleLines(more).join("\n")}\n\`\`\``,
    (more.notes ?? []).join("\n\n"),
  ];
}

function argumentRow(argument: Argument): [string, string] {
  const { required, variadic } = argument;
  const name = `${argument.name()}${variadic ? "…" : ""}`;
  return [required ? `\`<${name}>\`` : `\`[${name}]\``, help.argumentDescription(argument)];
}

function optionRow(option: Option): [string, string] {
  return [`\`${option.flags}\``, help.optionDescription(option)];
}

function exitTable(more: Parameters<typeof exitMeanings>[0]): string {
  return table(
    "exit code",
    exitMeanings(more).map(([code, meaning]) => [String(code), meaning]),
  );
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [`| ${title} | |`, "|---|---|", ...rows.map(([a, b]) => `| ${cell(a)} | ${cell(b)} |`)].join("\n");
}
