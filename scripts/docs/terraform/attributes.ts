/** Lists of attributes in the registries' form: what must be given, what can be, what is only told, and what is nested. */
import { z } from "zod";
import type { Attribute, AttributeType } from "../../../provider/adapters/terraform/attributes";
import { inTerraformWords } from "../../../provider/adapters/terraformWords";

/** What a contract says of the values that a text may have. */
export interface Choices {
  enum?: string[];
  values?: Record<string, string>;
  items?: Choices;
  anyOf?: Choices[];
  properties?: Record<string, Choices>;
}

export const choicesIn = (schema: z.ZodObject): Choices => z.toJSONSchema(schema, { io: "input" }) as Choices;

interface Described {
  attributes: readonly Attribute[];
  choices: Choices;
  /** Names of the attributes of which another value makes another object. */
  replacing?: readonly string[];
}

const groups = [
  { title: "Required", holds: ({ required }: Attribute) => required === true },
  { title: "Optional", holds: ({ optional }: Attribute) => optional === true },
  {
    title: "Read-Only",
    holds: ({ required, optional }: Attribute) => required !== true && optional !== true,
  },
];

/** The attributes of a block, and below them those of the objects that they hold. */
export function schemaSections(described: Described): string[] {
  return [...lists(described, "###", []), ...nestedSections(described, [])];
}

function lists({ attributes, choices, replacing = [] }: Described, mark: string, path: string[]): string[] {
  return groups.flatMap(({ title, holds }) => {
    const listed = attributes.filter(holds);
    if (listed.length === 0) return [];
    const lines = listed.map(attribute => {
      const isReplacing = replacing.includes(attribute.name);
      return lineOf(attribute, choicesOf(choices, attribute), isReplacing, [...path, attribute.name]);
    });
    return [`${mark} ${title}`, lines.join("\n")];
  });
}

function lineOf(attribute: Attribute, choices: Choices, isReplacing: boolean, path: string[]): string {
  const { name, type, description, sensitive, writeOnly } = attribute;
  const marks = [typeText(type), ...(sensitive ? ["Sensitive"] : []), ...(writeOnly ? ["Write-only"] : [])];
  const parts = [
    inTerraformWords(`${description} ${choicesText(choices)}`.trim()),
    isReplacing && !description.includes("is a replacement") ? "Another value replaces the resource." : "",
    membersOf(type) === undefined ? "" : `See [below](#${anchorOf(path)}).`,
  ];
  return `- \`${name}\` (${marks.join(", ")}) ${parts.filter(part => part !== "").join(" ")}`;
}

function nestedSections({ attributes, choices }: Described, path: string[]): string[] {
  return attributes.flatMap(attribute => {
    const members = membersOf(attribute.type);
    if (members === undefined) return [];
    const below = [...path, attribute.name];
    const inside = { attributes: members, choices: choicesOf(choices, attribute) };
    return [
      `<a id="${anchorOf(below)}"></a>`,
      `### Nested: \`${below.join(".")}\``,
      ...lists(inside, "####", below),
      ...nestedSections(inside, below),
    ];
  });
}

const anchorOf = (path: readonly string[]): string => `nestedatt--${path.join("--")}`;

function membersOf(type: AttributeType): readonly Attribute[] | undefined {
  if (type.kind === "object") return type.attributes;
  return "of" in type ? membersOf(type.of) : undefined;
}

/** What the contract says below a property; of several objects, each has a part of the members. */
function choicesOf({ properties = {} }: Choices, { property }: Attribute): Choices {
  const found = properties[property] ?? {};
  const inner = found.items ?? found;
  if (inner.anyOf === undefined) return inner;
  return { properties: Object.assign({}, ...inner.anyOf.map(({ properties }) => properties)) };
}

function choicesText({ enum: choices, values = {} }: Choices): string {
  if (choices === undefined) return "";
  const told = choices.map(choice => {
    const meaning = values[choice];
    return `\`${choice}\`${meaning === undefined ? "" : ` (${lowerFirst(meaning.replace(/\.$/, ""))})`}`;
  });
  return `One of ${told.join(", ")}.`;
}

export function typeText(type: AttributeType): string {
  switch (type.kind) {
    case "string":
      return "String";
    case "number":
      return "Number";
    case "bool":
      return "Boolean";
    case "object":
      return "Attributes";
    default: {
      const kind = `${type.kind.charAt(0).toUpperCase()}${type.kind.slice(1)}`;
      return type.of.kind === "object" ? `Attributes ${kind}` : `${kind} of ${typeText(type.of)}`;
    }
  }
}

export function lowerFirst(text: string): string {
  // An abbreviation stays one.
  return /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
