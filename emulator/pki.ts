/**
 * A small certificate authority for tests, examples and the emulator's backend.
 * Keys are made by node's webcrypto and never leave the process unless a caller writes them down.
 */
import "reflect-metadata";
import { createHash, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

type Key = webcrypto.CryptoKey;
type KeyPair = webcrypto.CryptoKeyPair;

export type KeyType = "ec-p256" | "rsa-2048" | "rsa-1024";
export type Hash = "SHA-256" | "SHA-1";

export interface IssueOptions {
  /** Default "client". */
  commonName?: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  /** Default: an hour ago, so that a clock which is a little behind accepts it. */
  notBefore?: Date;
  /** Default: in a year. */
  notAfter?: Date;
  /** Default clientAuth; `[]` leaves the extension out. */
  extendedKeyUsage?: ("clientAuth" | "serverAuth")[];
  /** Default ec-p256. */
  keyType?: KeyType;
  /** Of the authority's signature. Default SHA-256. */
  hash?: Hash;
}

export interface Issued {
  /** PEM of the leaf only. */
  certificate: string;
  /** PEM of the leaf and the intermediates in order, without the root. */
  chain: string;
  /** PKCS#8 PEM. */
  privateKey: string;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  fingerprint: string;
  /** Lower-case hex. */
  serialNumber: string;
}

/** What it takes to go on with an authority in another process. */
export interface AuthorityFile {
  /** PEM of the authority's own certificate. */
  certificate: string;
  /** PKCS#8 PEM. */
  privateKey: string;
  /** PEM of what an issued chain carries after the leaf: empty for a root. */
  chain: string;
}

export interface Authority {
  commonName: string;
  /** PEM of the authority's own certificate. */
  certificate: string;
  issue(options?: IssueOptions): Promise<Issued>;
  intermediate(commonName?: string): Promise<Authority>;
  export(): Promise<AuthorityFile>;
}

export interface AuthorityOptions {
  commonName?: string;
  notBefore?: Date;
  notAfter?: Date;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SIGNING = { name: "ECDSA", namedCurve: "P-256" } as const;

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

/** A new self-signed root. */
export async function createAuthority(options: AuthorityOptions = {}): Promise<Authority> {
  const commonName = options.commonName ?? "Test CA";
  const keys = await generateKeys("ec-p256");
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: nameOf(commonName),
    notBefore: options.notBefore ?? new Date(Date.now() - HOUR),
    notAfter: options.notAfter ?? new Date(Date.now() + 3650 * DAY),
    signingAlgorithm: { ...SIGNING, hash: "SHA-256" },
    keys,
    extensions: await authorityExtensions(keys.publicKey),
  });
  return authorityOf(certificate, keys.privateKey, "");
}

/** The authority that `export` wrote down. */
export async function importAuthority(file: AuthorityFile): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(file.privateKey);
  const key = await webcrypto.subtle.importKey("pkcs8", der, SIGNING, true, ["sign"]);
  return authorityOf(new x509.X509Certificate(file.certificate), key, file.chain);
}

function authorityOf(own: x509.X509Certificate, signingKey: Key, chain: string): Authority {
  const certificate = pem(own);
  const commonName = own.subjectName.getField("CN")[0] ?? "";

  const sign = (
    commonNameOfSubject: string,
    publicKey: Key,
    options: IssueOptions,
    extensions: x509.Extension[],
  ) =>
    x509.X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      subject: nameOf(commonNameOfSubject),
      issuer: own.subject,
      notBefore: options.notBefore ?? new Date(Date.now() - HOUR),
      notAfter: options.notAfter ?? new Date(Date.now() + 365 * DAY),
      signingAlgorithm: { ...SIGNING, hash: options.hash ?? "SHA-256" },
      publicKey,
      signingKey,
      extensions,
    });

  return {
    commonName,
    certificate,
    async issue(options = {}) {
      const keys = await generateKeys(options.keyType ?? "ec-p256");
      const leaf = await sign(
        options.commonName ?? "client",
        keys.publicKey,
        options,
        await leafExtensions(options, keys.publicKey, own.publicKey),
      );
      return {
        certificate: pem(leaf),
        chain: pem(leaf) + chain,
        privateKey: await privateKeyPem(keys.privateKey),
        fingerprint: createHash("sha256").update(Buffer.from(leaf.rawData)).digest("hex"),
        serialNumber: leaf.serialNumber.toLowerCase(),
      };
    },
    async intermediate(name = `${commonName} intermediate`) {
      const keys = await generateKeys("ec-p256");
      const extensions = await authorityExtensions(keys.publicKey);
      // Not outliving its issuer keeps an authority with short dates realistic.
      const signed = await sign(name, keys.publicKey, { notAfter: own.notAfter }, extensions);
      return authorityOf(signed, keys.privateKey, pem(signed) + chain);
    },
    async export() {
      return { certificate, privateKey: await privateKeyPem(signingKey), chain };
    },
  };
}

async function generateKeys(type: KeyType): Promise<KeyPair> {
  if (type === "ec-p256") return webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const modulusLength = type === "rsa-2048" ? 2048 : 1024;
  const publicExponent = new Uint8Array([1, 0, 1]);
  return webcrypto.subtle.generateKey(
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength, publicExponent },
    true,
    ["sign", "verify"],
  );
}

async function authorityExtensions(publicKey: Key): Promise<x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
}

async function leafExtensions(
  options: IssueOptions,
  publicKey: Key,
  issuerKey: x509.PublicKey,
): Promise<x509.Extension[]> {
  const usages = options.extendedKeyUsage ?? ["clientAuth"];
  const names: x509.JsonGeneralName[] = [
    ...(options.dnsNames ?? []).map(value => ({ type: "dns" as const, value })),
    ...(options.ipAddresses ?? []).map(value => ({ type: "ip" as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey),
    ...(usages.length > 0
      ? [new x509.ExtendedKeyUsageExtension(usages.map(usage => x509.ExtendedKeyUsage[usage]))]
      : []),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

function nameOf(commonName: string): x509.JsonName {
  return [{ C: ["US"] }, { O: ["Acme"] }, { CN: [commonName] }];
}

/** 16 bytes of hex; the leading bit is clear and the first byte is not zero, so that every tool prints the same digits. */
function randomSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function privateKeyPem(key: Key): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}
