import { createSign, generateKeyPairSync, randomBytes } from "node:crypto";

/** A certificate for one connection, and its key. */
export interface SelfSigned {
  der: Buffer;
  certificate: string;
  privateKey: string;
}

/** It lives as long as its process, whatever the clocks say; RFC 5280 has the last one for "no end". */
const validity = ["20000101000000Z", "99991231235959Z"];

/** Tags of DER (X.690). */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
};
const oids = {
  ecdsaWithSha256: "2a8648ce3d040302",
  commonName: "550403",
  subjectAltName: "551d11",
  keyUsage: "551d0f",
  extendedKeyUsage: "551d25",
  serverAuth: "2b06010505070301",
  clientAuth: "2b06010505070302",
};

function der(type: number, ...parts: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map(part => (typeof part === "string" ? Buffer.from(part) : part)));
  const size = content.length.toString(16);
  const bytes = Buffer.from(size.length % 2 === 0 ? size : `0${size}`, "hex");
  const length = content.length < 0x80 ? bytes : Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
  return Buffer.concat([Buffer.of(type), length, content]);
}

const oid = (hex: string) => der(tag.oid, Buffer.from(hex, "hex"));
const explicit = (number: number, content: Buffer) => der(0xa0 | number, content);

function extension(name: string, isCritical: boolean, content: Buffer): Buffer {
  const critical = isCritical ? [der(tag.boolean, Buffer.of(0xff))] : [];
  return der(tag.sequence, oid(name), ...critical, der(tag.octets, content));
}

/**
 * A certificate for `localhost` with a key of its own (RFC 5280). Written by hand, since the engine waits for it: the
 * library that the core has for certificates takes longer to load than this takes to run.
 */
export function selfSigned(): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = der(tag.sequence, oid(oids.ecdsaWithSha256));
  const name = der(
    tag.sequence,
    der(tag.set, der(tag.sequence, oid(oids.commonName), der(tag.text, "localhost"))),
  );
  // A first bit of zero, so that the number is positive, and then a one, so that none is padded.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const extensions = [
    extension(oids.subjectAltName, false, der(tag.sequence, der(0x82, "localhost"))),
    // Digital signature: the first of eight bits, the others unused.
    extension(oids.keyUsage, true, der(tag.bits, Buffer.of(7, 0x80))),
    extension(oids.extendedKeyUsage, false, der(tag.sequence, oid(oids.serverAuth), oid(oids.clientAuth))),
  ];
  const signed = der(
    tag.sequence,
    explicit(0, der(tag.integer, Buffer.of(2))),
    der(tag.integer, serial),
    algorithm,
    name,
    der(tag.sequence, ...validity.map(time => der(tag.time, time))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, der(tag.sequence, ...extensions)),
  );
  const signature = createSign("sha256").update(signed).sign(privateKey);
  const certificate = der(tag.sequence, signed, algorithm, der(tag.bits, Buffer.of(0), signature));
  const lines = certificate.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    der: certificate,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
