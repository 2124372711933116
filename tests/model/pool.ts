import { createHash, createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export interface PooledCertificate {
  certificate: string;
  privateKey: string;
  /** SHA-256 of the leaf's DER, lower-case hex. */
  fingerprint: string;
}

const size = 8;
/** From here on, the backend refuses them. */
export const firstRefused = 6;
const algorithm = { name: "Ed25519" };
/** What a PKCS#8 Ed25519 key begins with; 32 bytes of the key itself follow. */
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Certificates that are the same in every process: keys that come from a text, and Ed25519, whose signatures have no
 * chance in them. So a seed plays the same sequence everywhere, the names included.
 */
export async function certificatePool(): Promise<PooledCertificate[]> {
  const authority = await keysOf("authority");
  return Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const keys = await keysOf(`client ${index}`);
      const certificate = await x509.X509CertificateGenerator.create(
        {
          serialNumber: `0${index + 1}`,
          subject: `CN=client ${index}`,
          issuer: "CN=Model CA",
          notBefore: new Date("2026-01-01T00:00:00Z"),
          notAfter: new Date("2036-01-01T00:00:00Z"),
          publicKey: keys.publicKey,
          signingKey: authority.privateKey,
          signingAlgorithm: algorithm,
          extensions: [new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.2"])],
        },
        webcrypto as unknown as Parameters<typeof x509.X509CertificateGenerator.create>[1],
      );
      const der = Buffer.from(certificate.rawData);
      return {
        certificate: certificate.toString("pem"),
        privateKey: keys.pem,
        fingerprint: createHash("sha256").update(der).digest("hex"),
      };
    }),
  );
}

async function keysOf(text: string) {
  const der = Buffer.concat([pkcs8Head, createHash("sha256").update(text).digest()]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
    pem: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}
