import { z } from "zod";
import { argumentsOf, type Contract, outputsOf, pick } from "../../resources/contract";
import { snake } from "./names";

/** The type of a value, as far as it is needed here. */
export type AttributeType =
  | { kind: "string" | "number" | "bool" }
  | { kind: "list" | "set" | "map"; of: AttributeType }
  | { kind: "object"; attributes: readonly Attribute[] };

/** A property as Terraform has it. */
export interface Attribute {
  name: string;
  /** Its name in the core. */
  property: string;
  type: AttributeType;
  description: string;
  required?: true;
  optional?: true;
  computed?: true;
  sensitive?: true;
  writeOnly?: true;
}

/** An attribute that Terraform hands over and never stores, beside the argument that it stands for. */
export interface WriteOnly {
  property: string;
  /** Property of the attribute that takes the value. */
  twin: string;
  /** Property of the one that tells that the value is another: where only the value itself would tell. */
  version?: string;
  /** The argument that must be true for it. */
  where?: string;
}

/** The part of JSON schema that zod writes for a contract. */
interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: string;
  secret?: boolean | object;
  output?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: string[];
}

const idAttribute: Attribute = {
  name: "id",
  property: "id",
  type: { kind: "string" },
  description: "Identifier at Zuplo, or the name by which it is known there.",
  computed: true,
};

/** Whether the core makes a name where the program gives none: here it needs to know whose name that is. */
export const hasGeneratedName = ({ inputs: { shape } }: Contract): boolean =>
  "namePrefix" in shape || (shape.name as z.ZodType | undefined)?.meta()?.output !== undefined;

/** What of a resource can be given without a place in the state. */
export function writeOnlyOf({ inputs: { shape } }: Contract): WriteOnly[] {
  return Object.keys(shape).flatMap((property): WriteOnly[] => {
    const { secret, isWriteOnce } = (shape[property] as z.ZodType).meta() ?? {};
    const twin = `${property}Wo`;
    if (secret === true && isWriteOnce === true) return [{ property, twin }];
    if (typeof secret !== "object") return [];
    return [{ property, twin, version: `${twin}Version`, where: secret.where }];
  });
}

/** Everything that a resource's block can hold, and what it tells. */
export function attributesOf(contract: Contract): Attribute[] {
  const shown = z.strictObject(pick(contract.inputs.shape, argumentsOf(contract)) as z.ZodRawShape);
  const twins = writeOnlyOf(contract);
  const given = argumentAttributes(shown).map((attribute): Attribute => {
    const twin = twins.find(({ property }) => property === attribute.property);
    if (twin === undefined) return attribute;
    const { required: _, ...rest } = attribute;
    return { ...rest, optional: true, description: `${attribute.description} ${keptIn(twin)}` };
  });
  return [
    idAttribute,
    ...given.map(attribute => withNameRule(contract, attribute)),
    ...twins.flatMap(twinAttributes),
    ...resultAttributes(contract.outputs).filter(({ property }) => outputsOf(contract).includes(property)),
  ];
}

/** Arguments as a block takes them. */
export function argumentAttributes(schema: z.ZodObject): Attribute[] {
  return members(z.toJSONSchema(schema, { io: "input" }) as JsonSchema, true);
}

/** What only the provider tells. */
export function resultAttributes(schema: z.ZodObject): Attribute[] {
  return members(z.toJSONSchema(schema, { io: "input" }) as JsonSchema, false);
}

function members({ properties = {}, required = [] }: JsonSchema, isGiven: boolean): Attribute[] {
  return Object.entries(properties).map(([property, schema]): Attribute => {
    const { description = "", default: standard, secret, output } = schema;
    const duration = Array.isArray(schema.type) ? ' Seconds, or a string such as "30s", "12h" or "30d".' : "";
    const settled = isGiven && output !== undefined ? { computed: true as const } : {};
    return {
      name: snake(property),
      property,
      type: typeOf(property, schema, isGiven),
      description: `${description}${duration}${standard === undefined ? "" : ` Default: ${standard}.`}`,
      ...(isGiven && required.includes(property) ? { required: true as const } : {}),
      ...(isGiven && !required.includes(property) ? { optional: true as const, ...settled } : {}),
      ...(isGiven ? {} : { computed: true as const }),
      ...(secret === true ? { sensitive: true as const } : {}),
    };
  });
}

function typeOf(property: string, schema: JsonSchema, isGiven: boolean): AttributeType {
  const { anyOf, type, additionalProperties: values, items } = schema;
  // One of several objects is one object, of whose members some are missing.
  if (anyOf?.every(choice => choice.type === "object")) {
    const all: JsonSchema = { properties: Object.assign({}, ...anyOf.map(({ properties }) => properties)) };
    return { kind: "object", attributes: members(all, isGiven) };
  }
  // A number is turned into a text by the engine.
  if (Array.isArray(type)) return { kind: "string" };
  if (type === "object" && typeof values === "object")
    return { kind: "map", of: typeOf(property, values, isGiven) };
  if (type === "object") return { kind: "object", attributes: members(schema, isGiven) };
  // Of choices, the order tells nothing.
  if (type === "array")
    return {
      kind: items?.enum === undefined ? "list" : "set",
      of: typeOf(property, items ?? {}, isGiven),
    };
  // Any value, of which only a change matters: its texts are enough.
  if (type === undefined) return { kind: "map", of: { kind: "string" } };
  if (type === "string") return { kind: "string" };
  if (type === "number" || type === "integer") return { kind: "number" };
  if (type === "boolean") return { kind: "bool" };
  throw new Error(`'${property}' has a type that Terraform's schema cannot tell: ${type}`);
}

function keptIn({ twin, where }: WriteOnly): string {
  if (where === undefined) return `It is in the state in the clear; \`${snake(twin)}\` never is.`;
  return `Give a secret one as \`${snake(twin)}\`, which never enters the state; this one would be shown in plans.`;
}

function twinAttributes({ property, twin, version }: WriteOnly): Attribute[] {
  const name = snake(property);
  const taker: Attribute = {
    name: snake(twin),
    property: twin,
    type: { kind: "string" },
    description: `The same as \`${name}\`, but never in the state or in a plan. Needs Terraform 1.11 or OpenTofu 1.11.`,
    optional: true,
    sensitive: true,
    writeOnly: true,
  };
  if (version === undefined) return [taker];
  return [
    taker,
    {
      name: snake(version),
      property: version,
      type: { kind: "number" },
      description: `Change this number when \`${snake(twin)}\` changes: the state cannot tell.`,
      optional: true,
    },
  ];
}

/** Terraform tells a provider no name of a resource from which one could be made. */
function withNameRule(contract: Contract, attribute: Attribute): Attribute {
  if (!hasGeneratedName(contract) || attribute.property !== namingArgument(contract)) return attribute;
  const description = attribute.description.replace(/ Default: .*$/s, "");
  if (attribute.property === "name") {
    const { optional, computed, ...required } = attribute;
    return { ...required, description, required: true };
  }
  const rule = "Required if `name` is not given; it must be unique in the Zuplo project.";
  return { ...attribute, description: `${description} ${rule}` };
}

/** The argument that has to be given where the core would make a name. */
export function namingArgument({ inputs: { shape } }: Contract): "name" | "namePrefix" {
  return "namePrefix" in shape ? "namePrefix" : "name";
}
