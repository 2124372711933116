import type { CertificateResponse } from "../api/responses";
import type { CertificateFacts } from "./parse";

/**
 * Whether Zuplo's record is of this certificate. The API gives no PEM and no fingerprint, so the serial number, the
 * issuer and the dates decide: a serial number is unique for its issuer (RFC 5280, section 4.1.2.2).
 */
export function isSameCertificate(
  { certificateInfo }: Pick<CertificateResponse, "certificateInfo">,
  facts: Pick<CertificateFacts, "serialNumber" | "issuer" | "validFrom" | "validTo">,
): boolean {
  return (
    isSameSerial(certificateInfo.serialNumber, facts.serialNumber) &&
    isSameName(certificateInfo.issuer, facts.issuer) &&
    isSameTime(certificateInfo.validFrom, facts.validFrom) &&
    isSameTime(certificateInfo.validTo, facts.validTo)
  );
}

/** Longest serial number that is compared: 20 bytes (RFC 5280, section 4.1.2.2) with colons, and room to spare. */
const maxSerialLength = 100;

/** Serial numbers are written in hex with or without colons and leading zeros, and sometimes in decimal. */
function isSameSerial(answered: string, stored: string): boolean {
  const digits = answered.replace(/[:\s]/g, "");
  // What is stored may be Zuplo's own spelling, where somebody put another certificate in its place.
  const hex = stored.replace(/[:\s]/g, "").replace(/^0x/i, "");
  if (Math.max(digits.length, hex.length) > maxSerialLength) return answered === stored;
  if (!/^[0-9a-f]+$/i.test(hex)) return answered === stored;
  const wanted = BigInt(`0x${hex}`);
  const asHex = /^(0x)?[0-9a-f]+$/i.test(digits) && BigInt(`0x${digits.replace(/^0x/i, "")}`) === wanted;
  return asHex || (/^\d+$/.test(digits) && BigInt(digits) === wanted);
}

/**
 * Distinguished names are written on several lines or on one, in whatever order, and with more or fewer attributes:
 * what both of them tell must be the same.
 */
function isSameName(answered: string, stored: string): boolean {
  const [one, other] = [attributesOf(answered), attributesOf(stored)];
  return [...one].every(([type, values]) => {
    const others = other.get(type);
    return others === undefined || values.sort().join("\n") === others.sort().join("\n");
  });
}

/**
 * Attribute type → its values, as `CN=…, O=…` or as lines of that form. A name is somebody else's text: each character is
 * looked at once, without a regular expression that could go back.
 */
function attributesOf(name: string): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const line of name.split("\n")) {
    for (const [type, value] of pairsOf(line)) {
      const values = attributes.get(type) ?? [];
      values.push(value);
      attributes.set(type, values);
    }
  }
  return attributes;
}

/** A separator ends a value only where the next attribute follows: "Acme, Inc." is one value. */
function pairsOf(line: string): [type: string, value: string][] {
  const pairs: [type: string, value: string][] = [];
  // The separators stand between the parts.
  const parts = line.split(/([,+/])/);
  for (let index = 0; index < parts.length; index += 2) {
    const part = parts[index] ?? "";
    const equals = part.indexOf("=");
    const type = equals === -1 ? "" : part.slice(0, equals).trim();
    const last = pairs.at(-1);
    if (/^[A-Za-z][\w.]*$/.test(type)) pairs.push([type.toUpperCase(), part.slice(equals + 1)]);
    else if (last !== undefined) last[1] += `${parts[index - 1] ?? ""}${part}`;
  }
  return pairs.map(([type, value]) => [type, value.trim().replace(/["\\]/g, "")]);
}

function isSameTime(answered: string, iso: string): boolean {
  const time = Date.parse(answered);
  // An unreadable date tells nothing; certificates have whole seconds, an answer may have less.
  return Number.isNaN(time) || Math.abs(time - Date.parse(iso)) < 1000;
}
