import type { X509Certificate } from "node:crypto";
import type { Problem } from "../text/codes";
import { dayMs, spelledOut } from "../text/duration";
import type { Chain } from "./parse";
import { factsOf, fingerprintOf, nameLine, parseChain, unusable } from "./parse";

const clientAuth = "1.3.6.1.5.5.7.3.2";
const anyExtendedKeyUsage = "2.5.29.37.0";
const minRsaBits = 2048;
/** The object identifiers, as DER, of signatures that may be made with SHA-1. */
const sha1Signatures = [
  "06092a864886f70d010105", // RSA (RFC 8017)
  "06092a864886f70d01010a", // RSASSA-PSS, whose hash is a parameter
  "06072a8648ce3d0401", // ECDSA (RFC 5758)
  "06072a8648ce380403", // DSA (RFC 3279)
].map(hex => Buffer.from(hex, "hex"));
/** Longest time before expiry at which a warning starts by itself, in milliseconds. */
const maxDefaultWarnBeforeMs = 30 * dayMs;

/** A chain, leaf first, or what is wrong with it. */
export function orderedChain(pem: string): Chain | Problem {
  const chain = parseChain(pem);
  return "reason" in chain ? chain : (chainProblem(chain) ?? chain);
}

/** Undefined when each certificate is issued by the one after it (RFC 8446, section 4.4.2: leaf first). */
export function chainProblem({ leaf, intermediates }: Chain): Problem | undefined {
  const given = [leaf, ...intermediates];
  const seen = new Map<string, number>();
  for (const [index, certificate] of given.entries()) {
    const earlier = seen.get(certificate.fingerprint256);
    if (earlier !== undefined)
      return unusable(`contains certificate ${earlier + 1} twice (again at ${index + 1}): remove one.`);
    seen.set(certificate.fingerprint256, index);
  }
  if (breakIn(given) === undefined) return undefined;
  const ordered = reorder(given);
  if (ordered === undefined) return undefined;
  const places = ordered.map(certificate => given.indexOf(certificate) + 1).join(", ");
  return unusable(
    `is out of order: the leaf comes first, then its issuer, and so on. The right order of what was given is ${places}.`,
  );
}

/** Where the chain does not link: the place (from 0) of the certificate whose issuer is not the next one. */
function breakIn(certificates: readonly X509Certificate[]): number | undefined {
  const place = certificates.findIndex((certificate, index) => {
    const next = certificates[index + 1];
    return next !== undefined && !certificate.checkIssued(next);
  });
  return place === -1 ? undefined : place;
}

/** The one order in which every certificate is issued by the next, if there is one. */
function reorder(certificates: readonly X509Certificate[]): X509Certificate[] | undefined {
  const isIssuer = (candidate: X509Certificate) =>
    certificates.some(other => other !== candidate && other.checkIssued(candidate));
  const [start, ...others] = certificates.filter(certificate => !isIssuer(certificate));
  if (start === undefined || others.length > 0) return undefined;
  const ordered = [start];
  for (;;) {
    const last = ordered.at(-1) as X509Certificate;
    const next = certificates.find(candidate => !ordered.includes(candidate) && last.checkIssued(candidate));
    if (next === undefined) return ordered.length === certificates.length ? ordered : undefined;
    ordered.push(next);
  }
}

/** Undefined when the leaf is valid at the given time. */
export function validityProblem(leaf: X509Certificate, now: number): Problem | undefined {
  const { validFrom, validTo } = factsOf(leaf);
  const code = "ZUPLO1215";
  if (now > Date.parse(validTo))
    return { code, reason: `expired at ${validTo}: a backend would refuse it. Use its successor.` };
  if (now < Date.parse(validFrom))
    return { code, reason: `is not valid before ${validFrom}: a backend would refuse it until then.` };
  return undefined;
}

/** How long before expiry a warning starts, in milliseconds. */
function warnBeforeMs(leaf: X509Certificate, wanted: number | undefined): number {
  return wanted ?? defaultWarnBeforeMs(lifetimeMs(leaf));
}

/** 30 days, or a third of a shorter lifetime; in milliseconds. */
export function defaultWarnBeforeMs(lifetimeMs: number): number {
  return Math.min(maxDefaultWarnBeforeMs, lifetimeMs / 3);
}

function lifetimeMs(leaf: X509Certificate): number {
  const { validFrom, validTo } = factsOf(leaf);
  return Date.parse(validTo) - Date.parse(validFrom);
}

/** What a user should know before the certificate is uploaded, and needs to hear only then. */
export function uploadWarnings(chain: Chain): Problem[] {
  const { leaf } = chain;
  const warnings = [
    weakKeyWarning(leaf),
    weakSignatureWarning(leaf),
    keyUsageWarning(leaf),
    gapWarning(chain),
  ];
  return warnings
    .filter(warning => warning !== undefined)
    .map(reason => ({ code: "ZUPLO1217" as const, reason }));
}

/** What a user should know of the expiry, in every run; it depends on the clock and never makes a difference. */
export function expiryWarning(
  leaf: X509Certificate,
  now: number,
  wanted: number | undefined,
): Problem | undefined {
  const reason = expiryReason(leaf, now, wanted);
  return reason === undefined ? undefined : { code: "ZUPLO1216", reason };
}

function expiryReason(leaf: X509Certificate, now: number, wanted: number | undefined): string | undefined {
  const { validTo } = factsOf(leaf);
  const left = Date.parse(validTo) - now;
  if (left < 0) return `expired at ${validTo}: replace certificate and privateKey with their successors.`;
  if (left < warnBeforeMs(leaf, wanted)) {
    return `expires in ${spelledOut(left)} (${validTo}): replace certificate and privateKey with their successors.`;
  }
  if (wanted !== undefined && wanted > lifetimeMs(leaf)) {
    return `has a lifetime of ${spelledOut(lifetimeMs(leaf))}, shorter than warnBefore: it would always warn.`;
  }
  return undefined;
}

function weakKeyWarning({ publicKey }: X509Certificate): string | undefined {
  if (publicKey.asymmetricKeyType !== "rsa") return undefined;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined || bits >= minRsaBits) return undefined;
  return `has an RSA key of ${bits} bits: many backends refuse less than ${minRsaBits}.`;
}

function weakSignatureWarning(leaf: X509Certificate): string | undefined {
  return signatureHash(leaf) === "SHA-1" ? "is signed with SHA-1: many backends refuse it." : undefined;
}

function signatureHash(leaf: X509Certificate): string | undefined {
  // Nearly every certificate is known to be fine by this alone; the library that reads it for certain takes longer to
  // load than everything else the provider loads.
  if (!sha1Signatures.some(oid => leaf.raw.includes(oid))) return undefined;
  require("reflect-metadata");
  const x509 = require("@peculiar/x509") as typeof import("@peculiar/x509");
  try {
    const { signatureAlgorithm } = new x509.X509Certificate(leaf.raw);
    return (signatureAlgorithm as { hash?: { name?: string } }).hash?.name;
  } catch {
    // Stricter than OpenSSL, and a warning less is no reason to refuse a certificate.
    return undefined;
  }
}

/** A certificate with an extended key usage is good for those uses only (RFC 5280, section 4.2.1.12). */
function keyUsageWarning(leaf: X509Certificate): string | undefined {
  // Node calls the extended key usage keyUsage, and knows none as undefined.
  const usages = leaf.keyUsage as string[] | undefined;
  if (usages === undefined || usages.includes(clientAuth) || usages.includes(anyExtendedKeyUsage))
    return undefined;
  return "has an extended key usage without clientAuth: a backend that checks it refuses the gateway.";
}

function gapWarning({ leaf, intermediates }: Chain): string | undefined {
  const given = [leaf, ...intermediates];
  const place = breakIn(given);
  const certificate = place === undefined ? undefined : given[place];
  if (certificate === undefined) return undefined;
  return `lacks an intermediate: the issuer of certificate ${(place ?? 0) + 1}, ${nameLine(certificate.issuer)}, is not in the chain.`;
}

/** True when both hold the same leaf and the same intermediates in the same order. */
export function isSameChain(one: Chain, other: Chain): boolean {
  const fingerprints = ({ leaf, intermediates }: Chain) => [leaf, ...intermediates].map(fingerprintOf).join();
  return fingerprints(one) === fingerprints(other);
}

/** True when both texts hold the same certificates, however they are spelled. */
export function isSamePem(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  const [before, after] = [parseChain(one), parseChain(other)];
  return "leaf" in before && "leaf" in after && isSameChain(before, after);
}
