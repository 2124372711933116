import type { CommandWords, ProgramWords, Values } from "./words";

/** For bash 3.2, which macOS has, and newer; it needs no package of completions. */
export function bashScript(program: ProgramWords): string {
  const name = `_${program.name.replace(/\W/g, "_")}`;
  const all = [{ ...program, name: "" }, ...program.commands];
  const taking = all.flatMap(command =>
    command.options
      .filter(({ takes }) => takes !== undefined)
      .map(option => ({ ...option, place: `${command.name},${option.long}` })),
  );
  const variadic = taking.filter(({ isVariadic }) => isVariadic);
  return `# Completion of ${program.name} for bash; made by \`${program.name} completion bash\`.
${name}() {
  local IFS=$'\\n' cur=\${COMP_WORDS[COMP_CWORD]} command="" option="" position=0 word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # Of --option=value, bash makes three words.
    [[ $word == "=" ]] && continue
    if [[ -n $option && ($word != -* || $word == -) ]]; then
      case $command,$option in
${variadic.map(({ place }) => `        ${place}) ;;`).join("\n")}
        *) option="" ;;
      esac
      continue
    fi
    option=""
    case $command,$word in
${taking.map(({ place }) => `      ${place}) option=$word ;;`).join("\n")}
      *,-?*) ;;
      ,*) command=$word ;;
      *) position=$((position + 1)) ;;
    esac
  done
  [[ $cur == "=" ]] && cur=""
  if [[ -n $option && $cur != -* ]]; then
    case $command,$option in
${taking.flatMap(({ place, takes }) => offered(name, place, takes)).join("\n")}
    esac
    return
  fi
  if [[ $cur != -* ]]; then
    case $command,$position in
${offered(name, ",0", { words: program.commands.map(command => command.name) }).join("\n")}
${program.commands.flatMap(command => positions(name, command)).join("\n")}
    esac
    # Where a command takes no more arguments, its options are what is left.
    [[ -n $cur || \${#COMPREPLY[@]} -gt 0 ]] && return
  fi
  case $command in
${all.flatMap(command => offered(name, command.name || '""', { words: optionNames(command) })).join("\n")}
  esac
}
${name}_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
${name}_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
complete -F ${name} ${program.name}
`;
}

function positions(name: string, { name: own, arguments: taken }: CommandWords): string[] {
  return taken.flatMap((argument, index) =>
    offered(name, `${own},${argument.isVariadic ? "*" : index}`, argument),
  );
}

/** The line of a `case` that offers something in a place; none where there is nothing to offer. */
function offered(name: string, place: string, values: Values | undefined): string[] {
  if (values?.path !== undefined)
    return [`      ${place}) ${name}_files ${values.path === "file" ? "-f" : "-d"} ;;`];
  if (values === undefined || values.words.length === 0) return [];
  // The separator of words is a line's end, as that of files is.
  return [`      ${place}) ${name}_words $'${values.words.join("\\n")}' ;;`];
}

function optionNames({ options }: CommandWords): string[] {
  return options.flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
}
