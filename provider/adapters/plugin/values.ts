import type {
  Struct as StructMessage,
  Value as ValueMessage,
} from "google-protobuf/google/protobuf/struct_pb";
import type { Marked } from "../../lifecycle";
import { tooDeepProblem } from "../../resources/depth";
import type { RawInputs, SecretPath } from "../../resources/resource";
import { keepSecretsAt } from "../../resources/secrecy";
import { unknown } from "../../resources/unknown";
import { failureText } from "../../text/codes";
import { unknownText } from "../pulumiKeys";
import { invalidArgument } from "./errors";
import { Struct, Value } from "./wire";

type Wire = string | number | boolean | null | Wire[] | { [key: string]: Wire };

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** How the engine spells a value that is not known yet, of one type or another. */
const unknownTexts = new Set([
  unknownText,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/**
 * Levels of a message that are read: what a resource may have, and the wrappers of secrets and outputs around each.
 * All that follows recurses.
 */
const maxMessageDepth = 200;

/**
 * Reads properties off the wire. A missing property and a null are the same.
 *
 * @param namesIn tells what is no secret although it stands in one
 */
export function decode(
  message: StructMessage | undefined,
  namesIn?: (values: RawInputs) => string[],
): Marked {
  const secrets: SecretPath[] = [];
  const values = message === undefined ? {} : decodeObject(message, [], secrets, 0);
  keepSecretsAt(values, secrets, namesIn?.(values));
  return { values, secrets };
}

function decodeObject(
  message: StructMessage,
  path: SecretPath,
  secrets: SecretPath[],
  depth: number,
): RawInputs {
  const entries: [string, unknown][] = [];
  message.getFieldsMap().forEach((value, key) => {
    const decoded = decodeValue(value, [...path, key], secrets, depth + 1);
    if (decoded !== null) entries.push([key, decoded]);
  });
  return Object.fromEntries(entries);
}

function decodeValue(value: ValueMessage, path: SecretPath, secrets: SecretPath[], depth: number): unknown {
  if (depth > maxMessageDepth)
    throw invalidArgument(failureText({ property: "An argument", ...tooDeepProblem }));
  const { STRING_VALUE, NUMBER_VALUE, BOOL_VALUE, LIST_VALUE, STRUCT_VALUE } = Value.KindCase;
  switch (value.getKindCase()) {
    case STRING_VALUE:
      return unknownTexts.has(value.getStringValue()) ? unknown : value.getStringValue();
    case NUMBER_VALUE:
      return value.getNumberValue();
    case BOOL_VALUE:
      return value.getBoolValue();
    case LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((item, index) =>
        decodeValue(item, [...path, index], secrets, depth + 1),
      );
    case STRUCT_VALUE:
      return decodeStruct(value.getStructValue() ?? new Struct(), path, secrets, depth);
    default:
      return null;
  }
}

function decodeStruct(
  message: StructMessage,
  path: SecretPath,
  secrets: SecretPath[],
  depth: number,
): unknown {
  const fields = message.getFieldsMap();
  const inner = fields.get("value");
  switch (fields.get(signatureKey)?.getStringValue()) {
    case secretSignature:
      secrets.push(path);
      return inner === undefined ? null : decodeValue(inner, path, secrets, depth + 1);
    case outputSignature:
      if (fields.get("secret")?.getBoolValue() === true) secrets.push(path);
      return inner === undefined ? unknown : decodeValue(inner, path, secrets, depth + 1);
    case resourceSignature:
      // What the engine itself puts in place of a resource for a provider that knows of none.
      return fields.get("id")?.getStringValue() || fields.get("urn")?.getStringValue() || null;
    default:
      return decodeObject(message, path, secrets, depth);
  }
}

/** Writes properties for the wire: unknown values as such, and secrets where `secrets` says so. */
export function encode(values: object, secrets: readonly SecretPath[] = []): StructMessage {
  const wire = encodeValue(values) as Record<string, Wire>;
  // The deepest first: what holds a secret is wrapped after the secret itself.
  const deepestFirst = [...secrets].sort((one, other) => other.length - one.length);
  for (const path of deepestFirst) wrap(wire, path);
  return Struct.fromJavaScript(wire);
}

function encodeValue(value: unknown): Wire {
  if (value === unknown) return unknownText;
  if (Array.isArray(value)) return value.map(encodeValue);
  if (typeof value !== "object" || value === null) return value as Wire;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, encodeValue(item)]));
}

function wrap(wire: Record<string, Wire>, path: SecretPath): void {
  const last = path.at(-1);
  const parent = path.slice(0, -1).reduce<Wire | undefined>(ownPart, wire);
  const holder = parent as Record<string | number, Wire> | null | undefined;
  if (last === undefined || ownPart(parent, last) === undefined || !holder) return;
  const value = holder[last];
  if (value === undefined || isSecret(value)) return;
  holder[last] = { [signatureKey]: secretSignature, value };
}

/** A property of its own: a path may hold `constructor` or `__proto__`. */
function ownPart(value: Wire | undefined, part: string | number): Wire | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, Wire>)[part];
}

function isSecret(value: Wire): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && signatureKey in value;
}
