/** Tables of arguments, outputs and nested types, as Markdown. */
import { choiceOf } from "../../provider/schema/convert";
import { referenceOf, typesWithin } from "../../provider/schema/references";
import type {
  EnumSpec,
  ObjectSpec,
  PackageSpec,
  Properties,
  PropertySpec,
  TypeSpec,
} from "../../provider/schema/spec";

type Types = PackageSpec["types"];

export function argumentTable(
  properties: Properties,
  required: readonly string[],
  what = "argument",
): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const { doc = property.description ?? "", default: standard = "" } = property.words ?? {};
    const marks = [
      ...(required.includes(name) ? ["required"] : []),
      ...(property.secret ? ["secret"] : []),
      ...(property.willReplaceOnChanges ? ["replaces"] : []),
      ...(property.plain ? ["plain"] : []),
    ];
    return [`\`${name}\``, typeText(property), marks.join(", "), standard, doc];
  });
  const legend =
    "*required*: must be given. *secret*: encrypted in the state. *replaces*: another value makes a new object and deletes the old one. *plain*: known before the run, no output of another resource.";
  const used = legend
    .split(/(?<=\.) (?=\*)/)
    .filter(part => rows.some(row => row[2]?.includes(part.slice(1, part.indexOf("*", 1)))));
  const table = markdown([what, "type", "", "default", "what it is"], rows);
  // A nested type's table stands below one that has the legend.
  return used.length === 0 || what !== "argument" ? table : `${table}\n\n${used.join(" ")}`;
}

export function outputTable(properties: Properties, required: readonly string[]): string {
  const rows = Object.entries(properties).map(([name, property]) => [
    `\`${name}\``,
    typeText(property),
    required.includes(name) ? "" : "may be missing",
    property.description ?? "",
  ]);
  return markdown(["output", "type", "", "what it is"], rows);
}

/** The nested types that the properties need, directly or not. */
export function typeSections(tables: readonly Properties[], types: Types): string[] {
  const names = typesWithin(tables.flatMap(Object.values), types);
  if (names.size === 0) return [];
  return ["## Types", ...[...names].sort().flatMap(name => typeSection(name, types[`zuplo:index:${name}`]))];
}

function typeSection(name: string, type: ObjectSpec | EnumSpec | undefined): string[] {
  if (type === undefined) throw new Error(`The schema has no type ${name}.`);
  const rows =
    type.type === "string" ? choices(type) : argumentTable(type.properties, type.required ?? [], "member");
  return [`### ${name}`, type.description ?? "", rows];
}

function choices({ enum: values }: EnumSpec): string {
  return markdown(
    ["value", "what it means"],
    values.map(({ value, description }) => [`\`"${value}"\``, description]),
  );
}

/** `{ type: "array", items: { type: "string" } }` → `string[]`. */
function typeText(spec: PropertySpec | TypeSpec): string {
  const { $ref, type, items, oneOf } = spec;
  const name = referenceOf(spec);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  if ($ref !== undefined) return "any";
  const choice = choiceOf(spec);
  if (choice !== undefined) return typeText(choice);
  if (oneOf !== undefined) return oneOf.map(typeText).join(" or ");
  if (type === "array") return `list of ${typeText(items ?? {})}${items?.type === undefined ? "" : "s"}`;
  return type ?? "any";
}

function markdown(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
