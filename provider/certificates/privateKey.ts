import { createHash, createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { maxPemLength, type Problem } from "./parse";

/** Where a private key is read from when a certificate is uploaded: a file, or an environment variable. */
export type PrivateKeySource = { file: string } | { env: string };

/** Reads the key text. Undefined where there is none to read: no such file, variable not set. */
export function readPrivateKey(source: PrivateKeySource): string | undefined {
  if ("env" in source) return process.env[source.env] || undefined;
  try {
    return readFileSync(source.file, "utf8");
  } catch {
    return undefined;
  }
}

/** Names the source as a user wrote it. */
export function describeSource(source: PrivateKeySource): string {
  return "env" in source ? `environment variable ${source.env}` : `file ${source.file}`;
}

/** Reads a PEM private key (PKCS#8, PKCS#1 or SEC1, not encrypted). */
export function parsePrivateKey(text: string): KeyObject | Problem {
  if (text.length > maxPemLength)
    return `is longer than ${maxPemLength} characters: give one private key as PEM.`;
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) {
    return "is encrypted: Zuplo takes keys without a passphrase. Decrypt it with: openssl pkey -in FILE.";
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return "is not a PEM private key: it must hold -----BEGIN PRIVATE KEY----- (or RSA or EC PRIVATE KEY).";
  }
  try {
    return createPrivateKey(text.replace(/\r\n?/g, "\n"));
  } catch {
    return "is damaged: it cannot be read as a PEM private key. Copy the file again, whole.";
  }
}

/** The SHA-256 of the key that was found to be a leaf's own: check and create both ask. */
const verified = new WeakMap<X509Certificate, string>();

/** Undefined when the key is the leaf's own. */
export function keyProblem(leaf: X509Certificate, text: string): Problem | undefined {
  const digest = createHash("sha256").update(text).digest("hex");
  if (verified.get(leaf) === digest) return undefined;
  const key = parsePrivateKey(text);
  if (typeof key === "string") return key;
  if (leaf.checkPrivateKey(key)) {
    verified.set(leaf, digest);
    return undefined;
  }
  return "is not the key of the certificate (its leaf comes first): give the key that the certificate was requested with.";
}
