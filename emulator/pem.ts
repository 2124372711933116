/** Reading PEM as the service does at an upload. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";

export interface CertificateInfo {
  /** As OpenSSL prints it: `C=US\nO=Acme\nCN=…` */
  subject: string;
  issuer: string;
  /** ISO 8601. */
  validFrom: string;
  validTo: string;
  /** Hex. */
  serialNumber: string;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** What was read before: a list of a thousand certificates would otherwise be parsed anew for each who asks. */
const remembered = new Map<string, X509Certificate[]>();
const maxRemembered = 10_000;

/** Every certificate of a PEM text, in order. Throws where one does not parse. */
export function readCertificates(pem: string): X509Certificate[] {
  let certificates = remembered.get(pem);
  if (certificates === undefined) {
    certificates = (pem.match(BLOCK) ?? []).map(block => new X509Certificate(block));
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(pem, certificates);
  }
  return certificates;
}

/** Pairs that were found right. */
const pairs = new Set<string>();

/** What is wrong with a certificate and key, or nothing. */
export function keyPairFault(certificate: string, key: string): string | undefined {
  const fault = certificateFault(certificate);
  if (fault) return fault;
  const pair = createHash("sha256")
    .update(JSON.stringify([certificate, key]))
    .digest("hex");
  if (pairs.has(pair)) return undefined;
  const other = pairFault(certificate, key);
  if (pairs.size >= maxRemembered) pairs.clear();
  if (other === undefined) pairs.add(pair);
  return other;
}

function pairFault(certificate: string, key: string): string | undefined {
  try {
    const isPair = readCertificates(certificate)[0]?.checkPrivateKey(createPrivateKey(key));
    return isPair ? undefined : "key: does not belong to the certificate";
  } catch {
    return "key: not an unencrypted PEM private key";
  }
}

export function certificateFault(certificate: string): string | undefined {
  try {
    return readCertificates(certificate).length > 0 ? undefined : "certificate: no PEM certificate in it";
  } catch {
    return "certificate: cannot be parsed";
  }
}

/** Of the leaf of a PEM text that was found valid. */
export function certificateInfo(pem: string): CertificateInfo {
  const leaf = leafOf(pem);
  return {
    subject: leaf.subject,
    issuer: leaf.issuer,
    validFrom: new Date(leaf.validFrom).toISOString(),
    validTo: new Date(leaf.validTo).toISOString(),
    serialNumber: leaf.serialNumber,
  };
}

/** SHA-256 of the leaf's DER, lower-case hex. */
export function fingerprintOf(pem: string): string {
  return leafOf(pem).fingerprint256.replaceAll(":", "").toLowerCase();
}

function leafOf(pem: string): X509Certificate {
  const leaf = readCertificates(pem)[0];
  if (!leaf) throw new Error("no certificate in the PEM text");
  return leaf;
}
