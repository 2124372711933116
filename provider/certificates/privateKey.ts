import { createHash, createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { readRegularFile } from "../boundedFile";
import type { Problem } from "../text/codes";
import { quote } from "../text/redact";
import { Secret } from "../text/secret";
import { maxPemLength } from "./parse";

/** Where a private key is read from when a certificate is uploaded: a file, or an environment variable. */
export type PrivateKeySource = { file: string } | { env: string };

/** A key as it was read: neither where there is none, such as no file of this name, or a variable that is not set. */
export interface KeyText {
  text?: Secret;
  problem?: Problem;
  /** Others than the owner of the file may read it, too. */
  isShared?: boolean;
}

/** Reads the key text from a regular file of at most 256 KiB, or from a variable. */
export function readPrivateKey(source: PrivateKeySource): KeyText {
  if ("file" in source) return readKeyFile(source.file);
  const text = Object.hasOwn(process.env, source.env) ? process.env[source.env] : undefined;
  return text ? { text: new Secret(text) } : {};
}

/** The key that is given as a text, or else where its source says. */
export function keyTextOf(text: string | undefined, source: PrivateKeySource | undefined): KeyText {
  if (text !== undefined) return { text: new Secret(text) };
  return source === undefined ? {} : readPrivateKey(source);
}

function readKeyFile(path: string): KeyText {
  const read = readRegularFile(path, maxPemLength);
  if ("text" in read) return { ...read, text: new Secret(read.text) };
  switch (read.kind) {
    case "missing":
      return {};
    case "folder":
      return { problem: unreadable("is a folder: give the path of the PEM file in it.") };
    case "irregular":
      return { problem: unreadable("is not a regular file: write the key to one, as PEM.") };
    case "tooLong":
      return { problem: tooLong };
    case "failed":
      return {
        problem: unreadable(
          `cannot be read (${read.code}): correct the path, or let the user who runs this read it.`,
        ),
      };
  }
}

/** The problem never quotes the key. */
function unreadable(reason: string): Problem {
  return { code: "ZUPLO1218", reason };
}

const tooLong = unreadable(`is longer than ${maxPemLength} bytes: give one private key as PEM.`);

/** Names the source as a user wrote it. */
export function describeSource(source: PrivateKeySource): string {
  return quote("env" in source ? `environment variable ${source.env}` : `file ${source.file}`);
}

/** Reads a PEM private key (PKCS#8, PKCS#1 or SEC1, not encrypted) of at most 256 KiB. */
export function parsePrivateKey(text: string): KeyObject | Problem {
  if (text.length > maxPemLength) return tooLong;
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) {
    return unreadable(
      "is encrypted: Zuplo takes keys without a passphrase. Decrypt it with: openssl pkey -in FILE.",
    );
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return unreadable(
      "is not a PEM private key: its first line must say BEGIN PRIVATE KEY (or RSA or EC PRIVATE KEY).",
    );
  }
  try {
    return createPrivateKey(text.replace(/\r\n?/g, "\n"));
  } catch {
    return unreadable("is damaged: it cannot be read as a PEM private key. Copy the whole file again.");
  }
}

/** The SHA-256 of the key that was found to be a leaf's own: check and create both ask. */
const verified = new WeakMap<X509Certificate, string>();

/** Undefined when the key is the leaf's own, or can be read at least where there is no leaf to compare it with. */
export function keyProblem(leaf: X509Certificate | undefined, secret: Secret): Problem | undefined {
  const text = secret.reveal();
  const digest = createHash("sha256").update(text).digest("hex");
  if (leaf !== undefined && verified.get(leaf) === digest) return undefined;
  const key = parsePrivateKey(text);
  if ("reason" in key) return key;
  if (leaf === undefined) return undefined;
  if (isKeyOf(leaf, key)) {
    verified.set(leaf, digest);
    return undefined;
  }
  return {
    code: "ZUPLO1219",
    reason:
      "is not the key of the certificate (its leaf comes first): give the key that the certificate was requested with.",
  };
}

function isKeyOf(leaf: X509Certificate, key: KeyObject): boolean {
  try {
    return leaf.checkPrivateKey(key);
  } catch {
    return false;
  }
}
