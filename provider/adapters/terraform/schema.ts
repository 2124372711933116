import { inTerraformWords } from "../terraformWords";
import type { Attribute, AttributeType } from "./attributes";
import type { Message } from "./protocol";

const markdown = 1;
const nestings = { object: 1, list: 2, set: 3, map: 4 } as const;

/** A schema on the wire: what Terraform knows of a block. */
export function schemaMessage(attributes: readonly Attribute[], description: string): Message<"Schema"> {
  return {
    version: 0,
    block: {
      attributes: attributes.map(attributeMessage),
      description: inTerraformWords(description),
      descriptionKind: markdown,
    },
  };
}

function attributeMessage({
  name,
  property: _,
  type,
  description,
  ...flags
}: Attribute): Message<"Attribute"> {
  const nestedType = nestedOf(type);
  return {
    name,
    ...(nestedType === undefined ? { type: typeBytes(type) } : { nestedType }),
    description: inTerraformWords(description),
    descriptionKind: markdown,
    ...flags,
  };
}

/** Objects, and lists of them, say what each of their members is; other types are only named. */
function nestedOf(type: AttributeType): Message<"NestedType"> | undefined {
  if (type.kind === "object")
    return { attributes: type.attributes.map(attributeMessage), nesting: nestings.object };
  const inner = "of" in type ? type.of : undefined;
  if (inner?.kind !== "object") return undefined;
  return { attributes: inner.attributes.map(attributeMessage), nesting: nestings[type.kind as "list"] };
}

/** A type by itself, in Terraform's JSON. */
export function typeBytes(type: AttributeType): Buffer {
  return Buffer.from(JSON.stringify(typeJson(type)));
}

function typeJson(type: AttributeType): unknown {
  switch (type.kind) {
    case "object":
      return ["object", Object.fromEntries(type.attributes.map(({ name, type }) => [name, typeJson(type)]))];
    case "list":
    case "set":
    case "map":
      return [type.kind, typeJson(type.of)];
    default:
      return type.kind;
  }
}
