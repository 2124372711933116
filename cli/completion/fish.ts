import type { OptionWords, ProgramWords, Values } from "./words";

export function fishScript(program: ProgramWords): string {
  const complete = `complete -c ${program.name}`;
  const top = `${complete} -n __fish_use_subcommand`;
  const lines = [
    `# Completion of ${program.name} for fish; made by \`${program.name} completion fish\`.`,
    `${complete} -f`,
    ...program.options.map(option => `${top} ${optionArguments(option)}`),
    ...program.commands.map(({ name, description }) => `${top} -a ${name} -d ${quoted(description)}`),
  ];
  for (const { name, options, arguments: taken } of program.commands) {
    const within = `${complete} -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    lines.push(...options.map(option => `${within} ${optionArguments(option)}`));
    // fish does not count arguments: what any of them takes is offered for each.
    const all = taken.map(offer).filter(given => given !== "");
    lines.push(...new Set(all.map(given => `${within} ${given}`)));
  }
  return `${lines.join("\n")}\n`;
}

function optionArguments({ short, long, description, takes }: OptionWords): string {
  return [
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    `-l ${long.slice(2)}`,
    ...(takes === undefined ? [] : [takes.path === undefined ? "-x" : "-r", offer(takes)]),
    `-d ${quoted(description)}`,
  ]
    .filter(part => part !== "")
    .join(" ");
}

function offer({ words, path }: Values): string {
  if (path === "file") return "-F";
  if (path === "folder") return `-a ${quoted("(__fish_complete_directories)")}`;
  return words.length === 0 ? "" : `-a ${quoted(words.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
