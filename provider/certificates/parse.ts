import { X509Certificate } from "node:crypto";
import type { Problem } from "../text/codes";
import { keyAlgorithmOf } from "./keyAlgorithm";
import { Memo } from "./memo";

/** Longest PEM text that is read, in characters: a chain of ten large certificates is far below. */
export const maxPemLength = 256 * 1024;
/** Most certificates in one PEM text. */
export const maxChainLength = 10;

const CERTIFICATE_LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);

/** A leaf certificate and the intermediates that came with it. */
export interface Chain {
  leaf: X509Certificate;
  /** The certificates after the leaf, in the order given. */
  intermediates: X509Certificate[];
  /** The same certificates as PEM in one spelling (64 columns, LF), so that white space is never a difference. */
  pem: string;
}

/** Facts about the leaf, named with Zuplo's words. */
export interface CertificateFacts {
  /** SHA-256 of the leaf's DER, lower-case hex. */
  fingerprint: string;
  /** Hex, upper case. */
  serialNumber: string;
  subject: string;
  issuer: string;
  /** ISO 8601. */
  validFrom: string;
  /** ISO 8601. */
  validTo: string;
  /** With size or curve, such as RSA 2048, EC P-256 or Ed25519. */
  keyAlgorithm: string;
}

/** Check, diff and create look at the same text, and the engine's checks run ahead of its creates. */
const remembered = new Memo<Chain>(1000);

/**
 * Reads PEM text of at most 256 KiB and 10 certificates, leaf first. The text is not validated beyond its form: see
 * validate.ts. A problem never quotes the text.
 */
export function parseChain(text: string): Chain | Problem {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const chain = readChain(text);
  if ("reason" in chain) return chain;
  // The normalised text is what is stored, and asked for next.
  for (const spelling of new Set([text, chain.pem])) remembered.set(spelling, chain);
  return chain;
}

/** The same of an argument or of a state; undefined where it is no text, or none of such a form. */
export function chainIn(value: unknown): Chain | undefined {
  const chain = typeof value === "string" ? parseChain(value) : undefined;
  return chain === undefined || "reason" in chain ? undefined : chain;
}

function readChain(text: string): Chain | Problem {
  if (text.length > maxPemLength) {
    return unusable(
      `is longer than ${maxPemLength} characters: give the leaf and its intermediates only, not a bundle of authorities.`,
    );
  }
  if (/-----BEGIN [A-Z0-9 ]{0,64}PRIVATE KEY-----/.test(text)) {
    return unusable(
      "contains a private key: move it to privateKey (or privateKeySource), which is kept secret.",
    );
  }
  const encoded = certificateBodies(text);
  if (encoded.length === 0) {
    return unusable(
      text.trim() === ""
        ? "is empty: give the certificate as PEM text, as it stands in its file."
        : "is not PEM: it must contain -----BEGIN CERTIFICATE-----. Convert DER with: openssl x509 -inform der -in FILE.",
    );
  }
  if (encoded.length > maxChainLength) {
    return unusable(
      `contains ${encoded.length} certificates, more than ${maxChainLength}: give the leaf and its intermediates only.`,
    );
  }
  const certificates: X509Certificate[] = [];
  for (const [index, body] of encoded.entries()) {
    const certificate = decode(body);
    if (certificate === undefined) {
      return unusable(
        `is damaged: certificate ${index + 1} of ${encoded.length} cannot be read. Copy the whole file again.`,
      );
    }
    certificates.push(certificate);
  }
  const [leaf, ...intermediates] = certificates as [X509Certificate, ...X509Certificate[]];
  return { leaf, intermediates, pem: certificates.map(canonicalPem).join("") };
}

export function unusable(reason: string): Problem {
  return { code: "ZUPLO1214", reason };
}

/** What stands between the BEGIN and END of each certificate; the last one has no END where the text was cut. */
function certificateBodies(text: string): string[] {
  const begin = /-----BEGIN ([A-Z0-9 ]{1,64})-----/g;
  const bodies: string[] = [];
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const label = match[1] ?? "";
    if (!CERTIFICATE_LABELS.has(label)) continue;
    const end = text.indexOf(`-----END ${label}-----`, begin.lastIndex);
    bodies.push(text.slice(begin.lastIndex, end === -1 ? undefined : end));
    // Each character is looked at once, whatever the text holds.
    if (end === -1) return [...bodies.slice(0, -1), ""];
    begin.lastIndex = end;
  }
  return bodies;
}

function decode(body: string): X509Certificate | undefined {
  const base64 = body.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  try {
    const certificate = new X509Certificate(Buffer.from(base64, "base64"));
    // A damaged certificate may be read, and its dates or its key not.
    factsOf(certificate);
    return certificate.publicKey.type === "public" ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function canonicalPem(certificate: X509Certificate): string {
  const lines = certificate.raw.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** SHA-256 of the certificate's DER, lower-case hex. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(":", "").toLowerCase();
}

const knownFacts = new WeakMap<X509Certificate, CertificateFacts>();

export function factsOf(leaf: X509Certificate): CertificateFacts {
  let facts = knownFacts.get(leaf);
  if (facts === undefined) {
    facts = readFacts(leaf);
    knownFacts.set(leaf, facts);
  }
  return facts;
}

function readFacts(leaf: X509Certificate): CertificateFacts {
  return {
    fingerprint: fingerprintOf(leaf),
    serialNumber: leaf.serialNumber,
    subject: nameLine(leaf.subject),
    issuer: nameLine(leaf.issuer),
    validFrom: new Date(leaf.validFrom).toISOString(),
    validTo: new Date(leaf.validTo).toISOString(),
    keyAlgorithm: keyAlgorithmOf(leaf.publicKey),
  };
}

/** A distinguished name as OpenSSL prints it on several lines, on one. */
export function nameLine(distinguishedName: string | undefined): string {
  const parts = (distinguishedName ?? "").split("\n").map(part => part.trim());
  return parts.filter(part => part !== "").join(", ");
}
