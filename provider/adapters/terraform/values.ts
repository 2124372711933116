import { Decoder, Encoder, ExtensionCodec } from "@msgpack/msgpack";
import type { RawInputs } from "../../resources/resource";
import { unknown } from "../../resources/unknown";
import type { Attribute, AttributeType } from "./attributes";
import type { Message } from "./protocol";

/** How the engines write a value that is not known yet; the second tells what is known of it, for which nobody asks. */
const unknownExtension = 0;
const refinedExtension = 12;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: unknownExtension,
  encode: value => (value === unknown ? Uint8Array.of(0) : null),
  decode: () => unknown,
});
extensionCodec.register({ type: refinedExtension, encode: () => null, decode: () => unknown });

/** Reads an object off the wire: `undefined` for null. Members that are null are left out, others named as in the core. */
export function decodeObject(
  message: Message<"DynamicValue"> | undefined,
  attributes: readonly Attribute[],
): RawInputs | undefined {
  const value = decode(message, { kind: "object", attributes });
  return value === undefined ? undefined : (value as RawInputs);
}

export function decode(message: Message<"DynamicValue"> | undefined, type: AttributeType): unknown {
  if (message?.msgpack === undefined || message.msgpack.length === 0) return undefined;
  // A decoder of its own for each: what the engine sends may be large, and one keeps its buffer. Texts are read here,
  // since it would drop a byte order mark, and the engine insists on what it has sent.
  const decoder = new Decoder({ extensionCodec, useBigInt64: true, rawStrings: true });
  return fromWire(decoder.decode(message.msgpack), type);
}

const texts = new TextDecoder("utf-8", { ignoreBOM: true });

function fromWire(wire: unknown, type: AttributeType): unknown {
  const value = wire instanceof Uint8Array ? texts.decode(wire) : wire;
  if (value === null || value === undefined) return undefined;
  if (value === unknown) return unknown;
  switch (type.kind) {
    case "object": {
      const given = value as Record<string, unknown>;
      const entries = type.attributes.map(({ name, property, type }): [string, unknown] => [
        property,
        fromWire(given[name], type),
      ]);
      return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
    }
    case "map": {
      const entries = Object.entries(value as Record<string, unknown>);
      return Object.fromEntries(entries.map(([key, member]) => [key, fromWire(member, type.of)]));
    }
    case "list":
    case "set":
      return (value as unknown[]).map(item => fromWire(item, type.of));
    case "number":
      return numberOf(value);
    default:
      return value;
  }
}

/** A number that no other form can hold comes as a text, and stays one where a double would lose some of it. */
function numberOf(value: unknown): number | string {
  const number = Number(value);
  const isExact = typeof value === "number" || String(value) === String(number);
  return isExact ? number : String(value);
}

/** Writes an object for the wire, each attribute of it; `undefined` as null. */
export function encodeObject(
  value: RawInputs | undefined,
  attributes: readonly Attribute[],
): Message<"DynamicValue"> {
  return encode(value, { kind: "object", attributes });
}

export function encode(value: unknown, type: AttributeType): Message<"DynamicValue"> {
  return { msgpack: new Encoder({ extensionCodec }).encode(toWire(value, type)) };
}

function toWire(value: unknown, type: AttributeType): unknown {
  if (value === undefined || value === null) return null;
  if (value === unknown) return unknown;
  switch (type.kind) {
    case "object": {
      const given = value as RawInputs;
      return Object.fromEntries(
        type.attributes.map(({ name, property, type }) => [name, toWire(given[property], type)]),
      );
    }
    case "map": {
      if (typeof value !== "object") return null;
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([key, member]) => [key, toWire(member, type.of)]));
    }
    case "list":
    case "set":
      return Array.isArray(value) ? value.map(item => toWire(item, type.of)) : null;
    case "string":
      return String(value);
    default:
      return value;
  }
}

/**
 * A state as the engine wrote it, which reads it again itself. What another version of this provider had and this one has
 * not, it would not take.
 */
export function keptJson(
  json: Uint8Array | undefined,
  attributes: readonly Attribute[],
): Message<"DynamicValue"> {
  const stored: unknown = JSON.parse(Buffer.from(json ?? []).toString() || "null");
  return { json: Buffer.from(JSON.stringify(pruned(stored, { kind: "object", attributes }))) };
}

function pruned(value: unknown, type: AttributeType): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return "of" in type ? value.map(item => pruned(item, type.of)) : value;
  if (type.kind !== "object") return value;
  const stored = value as Record<string, unknown>;
  const known = type.attributes.filter(({ name }) => Object.hasOwn(stored, name));
  return Object.fromEntries(known.map(({ name, type }) => [name, pruned(stored[name], type)]));
}
