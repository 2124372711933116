/** Types and comments of TypeScript from the package's schema. */
import { choiceOf } from "../../provider/schema/convert";
import { referenceOf } from "../../provider/schema/references";
import type { EnumSpec, ObjectSpec, Properties, PropertySpec, TypeSpec } from "../../provider/schema/spec";

const width = 120;

/** A comment over a declaration, wrapped, and indented by so many spaces. */
export function comment(text: string, indent = 0): string {
  const margin = " ".repeat(indent);
  const oneLine = `${margin}/** ${text} */`;
  if (oneLine.length <= width && !text.includes("\n")) return oneLine;
  const lines = text.split("\n").flatMap(line => wrapped(line, width - indent - " * ".length));
  return [`${margin}/**`, ...lines.map(line => `${margin} * ${line}`.trimEnd()), `${margin} */`].join("\n");
}

function wrapped(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length === 0 ? [""] : lines;
}

/** What a program gives for a property: an output of another resource, too, unless the property is plain. */
export function inputType({ plain, ...spec }: PropertySpec | TypeSpec): string {
  const type = plainInput(spec, plain === true);
  return plain === true ? type : `pulumi.Input<${type}>`;
}

function plainInput(spec: TypeSpec, isPlain: boolean): string {
  const { type, items, additionalProperties, oneOf } = spec;
  const within = (inner: TypeSpec) => (isPlain ? plainInput(inner, true) : inputType(inner));
  const choice = choiceOf(spec);
  if (choice !== undefined) return plainInput(choice, isPlain);
  if (oneOf !== undefined) return oneOf.map(one => plainInput(one, isPlain)).join(" | ");
  const name = referenceOf(spec);
  if (name !== undefined) return name;
  if (type === "array") return `${within(items ?? {})}[]`;
  if (type === "object") return `Record<string, ${within(additionalProperties ?? {})}>`;
  return simple(type);
}

/** What a resource has of a property; `given` are the types that programs fill in, and whose members may be outputs. */
export function outputType(spec: TypeSpec, given: ReadonlySet<string>): string {
  const { type, items, additionalProperties, oneOf } = spec;
  const choice = choiceOf(spec);
  if (choice !== undefined) return outputType(choice, given);
  if (oneOf !== undefined) return oneOf.map(one => outputType(one, given)).join(" | ");
  const name = referenceOf(spec);
  if (name !== undefined) return given.has(name) ? `pulumi.Unwrap<${name}>` : name;
  if (type === "array") return `${outputType(items ?? {}, given)}[]`;
  if (type === "object") return `Record<string, ${outputType(additionalProperties ?? {}, given)}>`;
  return simple(type);
}

function simple(type: TypeSpec["type"]): string {
  if (type === "integer") return "number";
  return type ?? "unknown";
}

/** The members of an interface. */
export function members(properties: Properties, required: readonly string[] = []): string {
  return Object.entries(properties)
    .map(([name, property]) => {
      const isOptional = !required.includes(name);
      const none = isOptional && property.plain === true ? " | undefined" : "";
      return `${comment(property.description ?? "", 2)}\n  ${name}${isOptional ? "?" : ""}: ${inputType(property)}${none};`;
    })
    .join("\n");
}

/** An interface, or a type of which exactly one of some members is given. */
export function argumentsType(
  name: string,
  text: string,
  { properties, required }: Pick<ObjectSpec, "properties" | "required">,
  exactlyOne: readonly string[] | undefined,
): string {
  if (exactlyOne === undefined)
    return `${comment(text)}\nexport interface ${name} {\n${members(properties, required)}\n}`;
  const keys = exactlyOne.map(key => JSON.stringify(key)).join(" | ");
  return [
    `interface Any${name} {\n${members(properties, required)}\n}`,
    `${comment(text)}\nexport type ${name} = ExactlyOne<Any${name}, ${keys}>;`,
  ].join("\n\n");
}

/** An interface of what only the provider tells. */
export function resultType(
  name: string,
  text: string,
  { properties, required = [] }: Pick<ObjectSpec, "properties" | "required">,
): string {
  const told = Object.entries(properties).map(([key, property]) => {
    const type = outputType(property, new Set());
    const typed = required.includes(key) ? `: ${type}` : `?: ${type} | undefined`;
    return `${comment(property.description ?? "", 2)}\n  readonly ${key}${typed};`;
  });
  return `${comment(text)}\nexport interface ${name} {\n${told.join("\n")}\n}`;
}

/** A choice of words. */
export function choiceType(name: string, { description, enum: values }: EnumSpec): string {
  const lines = values.map(({ value, description: text }) => `- \`${value}\`: ${text}`);
  const type = values.map(({ value }) => JSON.stringify(value)).join(" | ");
  return `${comment([description, "", ...lines].join("\n"))}\nexport type ${name} = ${type};`;
}
