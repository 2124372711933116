import { createHash } from "node:crypto";
import { formatIdentity, type Identity } from "./identity";

/** Zuplo's limit for the name of a certificate. */
export const maxNameLength = 120;
const lineageLength = 4;
const generationLength = 8;
/** Room for the `_2` of a name that is taken. */
const suffixRoom = 4;
const maxPrefixLength = maxNameLength - suffixRoom - lineageLength - generationLength - 1;

// A name is used as `zuplo.mtlsCertificate` and as a binding's key, so it may be no keyword and no built-in property.
const reserved = new Set(
  `await break case catch class const continue debugger default delete do else enum eval export extends false finally
   for function if implements import in instanceof interface let new null package private protected public return
   static super switch this throw true try typeof undefined var void while with yield arguments async of
   NaN Infinity globalThis constructor prototype __proto__ __defineGetter__ __defineSetter__ __lookupGetter__
   __lookupSetter__ hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf`.split(
    /\s+/,
  ),
);

/** True for a name that Zuplo and JavaScript accept: letters, digits, underscore, no digit first, 1 to 120 characters. */
export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && text.length <= maxNameLength && !reserved.has(text);
}

/** The nearest acceptable name: `my-backend-cert` becomes `my_backend_cert`. */
export function nearestName(text: string): string {
  const words = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_]+/g, "_");
  const started = /^[A-Za-z_]/.test(words) ? words : `_${words}`;
  const cut = started.slice(0, maxNameLength);
  return reserved.has(cut) ? `${cut}_cert`.slice(0, maxNameLength) : cut;
}

/**
 * `<prefix>_<lineage><generation>`: the same from every adapter, in a preview and in the run, since it depends on nothing
 * but the resource's place in the stack and the leaf.
 */
export function generatedName(
  identity: Identity,
  namePrefix: string | undefined,
  fingerprint: string,
): string {
  const prefix = nearestName(namePrefix ?? `${identity.resource}_${identity.stack}`).slice(
    0,
    maxPrefixLength,
  );
  return `${prefix}_${lineageDigitsOf(identity)}${fingerprint.slice(0, generationLength)}`;
}

/**
 * Whose certificate a generated name belongs to: 4 hex digits of the SHA-256 of the resource's place, the first ones
 * with a letter among them. With decimal digits alone, a name could be taken for somebody's timestamp.
 */
export function lineageDigitsOf(identity: Identity): string {
  const digest = createHash("sha256").update(formatIdentity(identity)).digest("hex");
  const start = Math.max(0, digest.search(/[a-f]/) - lineageLength + 1);
  return digest.slice(start, start + lineageLength);
}

const GENERATED = new RegExp(
  `^(.+_(?=\\d{0,3}[a-f])[0-9a-f]{${lineageLength}})[0-9a-f]{${generationLength}}(?:_\\d+)?$`,
);

/** Of a generated name that was taken: what comes before it ends with eight hex digits. */
const SUFFIX = /(?<=[0-9a-f]{8})_\d+$/;

/**
 * A family is prefix + lineage of a generated name: what all generations of one certificate share. Twelve decimal digits
 * are somebody's timestamp (backend_202601150930), and its neighbours are not ours to touch.
 */
export function familyOf(name: string): string | undefined {
  return GENERATED.exec(name)?.[1];
}

/** Whether both are generated, of one prefix and lineage. */
export function isSameFamily(one: string, other: string): boolean {
  const family = familyOf(one);
  return family !== undefined && family === familyOf(other);
}

/** `name`, or `name_2`, `name_3` … : the first that is not taken. */
export function nextFreeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let suffix = 2;
  while (taken.has(`${name}_${suffix}`)) suffix += 1;
  return `${name}_${suffix}`;
}

/**
 * True when `existing` is the generated name `wanted`, or has the suffix of a name that was taken. One that is wanted with
 * a suffix is not the name without any: that was taken when it was chosen.
 */
export function isNamed(existing: string, wanted: string): boolean {
  if (existing === wanted) return true;
  if (!GENERATED.test(wanted)) return false;
  const stem = wanted.replace(SUFFIX, "");
  return existing.startsWith(`${stem}_`) && /^\d+$/.test(existing.slice(stem.length + 1));
}
