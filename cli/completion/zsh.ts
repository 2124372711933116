import type { ArgumentWords, CommandWords, OptionWords, ProgramWords, Values } from "./words";

export function zshScript(program: ProgramWords): string {
  const name = `_${program.name}`;
  return `#compdef ${program.name}
# Completion of ${program.name} for zsh; made by \`${program.name} completion zsh\`.
${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${indented(program.options.map(option => optionSpec(option)))} \\
    '1: :->command' \\
    '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=(
${program.commands.map(({ name: own, description }) => `        ${quoted(`${own}:${description.replaceAll(":", "\\:")}`)}`).join("\n")}
      )
      _describe -t commands command commands
      ;;
    arguments)
      case $words[1] in
${program.commands.map(commandCase).join("\n")}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == ${name} ]]; then
  ${name} "$@"
else
  compdef ${name} ${program.name}
fi
`;
}

function commandCase(command: CommandWords): string {
  const specs = [
    ...command.options.map(option => optionSpec(option)),
    ...command.arguments.map((argument, index) => argumentSpec(argument, index + 1)),
  ];
  return `        ${command.name})
          _arguments \\
${indented(specs, 12)}
          ;;`;
}

function optionSpec({ short, long, description, takes, isVariadic }: OptionWords): string {
  const text = `[${description.replace(/[\\[\]]/g, "\\$&")}]`;
  const value = takes === undefined ? "" : `:value:${action(takes)}`;
  if (short !== undefined) return `'(${short} ${long})'{${short},${long}}${quoted(`${text}${value}`)}`;
  return quoted(`${isVariadic ? "*" : ""}${long}${takes === undefined ? "" : "="}${text}${value}`);
}

function argumentSpec({ name, isVariadic, ...values }: ArgumentWords, place: number): string {
  return quoted(`${isVariadic ? "*" : place}:${name}:${action(values)}`);
}

/** A space stands for nothing to offer. */
function action({ words, path }: Values): string {
  if (path !== undefined) return path === "file" ? "_files" : "_files -/";
  return words.length === 0 ? " " : `(${words.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function indented(lines: readonly string[], by = 4): string {
  return lines.map(line => " ".repeat(by) + line).join(" \\\n");
}
