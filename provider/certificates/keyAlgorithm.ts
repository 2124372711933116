import type { KeyObject } from "node:crypto";

/** OpenSSL's names of the curves that have another one in the field (FIPS 186-5, RFC 5480). */
const curves: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

const names: Readonly<Record<string, string>> = {
  rsa: "RSA",
  "rsa-pss": "RSA-PSS",
  dsa: "DSA",
  ec: "EC",
  ed25519: "Ed25519",
  ed448: "Ed448",
};

/** A public key's algorithm with its size in bits, or its curve: RSA 2048, EC P-256, Ed25519. */
export function keyAlgorithmOf({ asymmetricKeyType = "rsa", asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
  const name = names[asymmetricKeyType] ?? asymmetricKeyType;
  if (namedCurve !== undefined) return `${name} ${curves[namedCurve] ?? namedCurve}`;
  return modulusLength === undefined ? name : `${name} ${modulusLength}`;
}
