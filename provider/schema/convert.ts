import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { EnumSpec, ObjectSpec, Properties, PropertySpec, TypeSpec } from "./spec";

/** The part of JSON schema that zod writes for the arguments. */
interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: string;
  secret?: boolean;
  isPlain?: boolean;
  typeName?: string;
  typeDescription?: string;
  exactlyOne?: string[];
  values?: Record<string, string>;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: string[];
}

export interface ConvertedObject {
  properties: Properties;
  required: string[];
}

const durationForm = 'Seconds, or a string such as "30s", "12h" or "30d".';
const simpleTypes = ["string", "number", "integer", "boolean"] as const;

/** The reference to a type of this package. */
function typeReference(name: string): string {
  return `#/types/${token(name)}`;
}

/** The token of a type, resource or function of this package. */
export function token(name: string): string {
  return `zuplo:index:${name}`;
}

/** Writes zod schemas in Pulumi's words, and collects the nested types that they need. */
export class Converter {
  readonly types: Record<string, ObjectSpec | EnumSpec> = {};
  private isGiven = true;

  /** Arguments, in which a word may stand for a choice: `environments=["preview"]` in Python. */
  object(schema: z.ZodObject): ConvertedObject {
    this.isGiven = true;
    return this.members(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
  }

  /** What only the provider tells. */
  result(schema: z.ZodObject): ConvertedObject {
    this.isGiven = false;
    return this.members(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
  }

  private members({ properties = {}, required = [] }: JsonSchema): ConvertedObject {
    const converted = Object.entries(properties).map(([name, schema]) => [name, this.property(name, schema)]);
    return { properties: Object.fromEntries(converted) as Properties, required };
  }

  private property(name: string, schema: JsonSchema): PropertySpec {
    const type = this.type(name, schema);
    const doc = described(name, schema.description);
    const text = isDuration(type) ? `${doc} ${durationForm}` : doc;
    return {
      ...worded(text, schema.default),
      ...type,
      ...(schema.secret === true ? { secret: true as const } : {}),
      ...(schema.isPlain === true ? { plain: true as const } : {}),
    };
  }

  private type(name: string, schema: JsonSchema): TypeSpec {
    if (schema.anyOf?.every(({ type }) => type === "object"))
      return this.nested(name, { ...schema, ...merged(schema.anyOf) });
    if (schema.enum !== undefined) {
      const choice = this.choice(name, schema, schema.enum);
      return this.isGiven ? { oneOf: [{ type: "string" }, choice] } : choice;
    }
    const { additionalProperties: values } = schema;
    // Any names, with values of one kind.
    if (typeof values === "object") return { type: "object", additionalProperties: this.type(name, values) };
    if (schema.type === "object") return this.nested(name, schema);
    if (schema.type === "array") return { type: "array", items: this.type(name, schema.items ?? {}) };
    if (Array.isArray(schema.type)) return { oneOf: schema.type.map(type => this.type(name, { type })) };
    if (schema.type === undefined) return { $ref: "pulumi.json#/Any" };
    const type = simpleTypes.find(type => type === schema.type);
    if (type === undefined)
      throw new Error(`'${name}' has a type that the schema cannot tell: ${schema.type}`);
    return { type };
  }

  private nested(property: string, schema: JsonSchema): TypeSpec {
    const members = this.members(schema);
    const { exactlyOne } = schema;
    return this.named(property, schema, description => ({
      description,
      ...objectSpec(members),
      ...(exactlyOne === undefined ? {} : { exactlyOne }),
    }));
  }

  private choice(property: string, schema: JsonSchema, choices: readonly string[]): TypeSpec {
    return this.named(property, schema, description => ({
      type: "string",
      description,
      enum: choices.map(value => ({
        name: value.charAt(0).toUpperCase() + value.slice(1),
        value,
        description: described(`${property}: ${value}`, schema.values?.[value]),
      })),
    }));
  }

  private named(
    property: string,
    { typeName: name, typeDescription }: JsonSchema,
    describe: (description: string) => ObjectSpec | EnumSpec,
  ): TypeSpec {
    if (name === undefined) throw new Error(`The type of '${property}' has no name: give it one by typed().`);
    const spec = describe(described(name, typeDescription));
    const known = this.types[token(name)];
    if (known !== undefined && !isDeepStrictEqual(known, spec)) {
      throw new Error(`Two types are named ${name}: give that of '${property}' another name.`);
    }
    this.types[token(name)] = spec;
    return { $ref: typeReference(name) };
  }
}

/** The only choice among simple types is a length of time. */
function isDuration({ oneOf = [] }: TypeSpec): boolean {
  return oneOf.some(({ type }) => type === "number");
}

/** The choice of which a word may stand for one, where it is that. */
export function choiceOf({ oneOf = [] }: TypeSpec): TypeSpec | undefined {
  return oneOf.find(({ $ref }) => $ref !== undefined);
}

export function objectSpec({ properties, required }: ConvertedObject): ObjectSpec {
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

/** Pulumi has no choice between objects that every language can tell: one object, each member optional. */
function merged(choices: readonly JsonSchema[]): JsonSchema {
  return { type: "object", properties: Object.assign({}, ...choices.map(({ properties }) => properties)) };
}

/** A text that must be there. */
function described(name: string, text: string | undefined): string {
  if (text === undefined) throw new Error(`'${name}' has no description: give it one.`);
  return text;
}

/** What a property is, in one text for the schema and in two for the reference pages. */
function worded(doc: string, standard: string | undefined): Pick<PropertySpec, "description" | "words"> {
  if (standard === undefined) return { description: doc };
  return { description: `${doc} Default: ${standard}.`, words: { doc, default: standard } };
}
