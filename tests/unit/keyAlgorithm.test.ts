import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { createAuthority } from "../../emulator/pki";
import { keyAlgorithmOf } from "../../provider/certificates/keyAlgorithm";
import { factsOf, parseChain } from "../../provider/certificates/parse";

describe("the algorithm of a key", () => {
  const keys = {
    "RSA 2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    "RSA-PSS 2048": () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
    "EC P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    "EC P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
    "EC P-521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
    "EC secp256k1": () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    Ed25519: () => generateKeyPairSync("ed25519"),
    Ed448: () => generateKeyPairSync("ed448"),
  };
  for (const [name, make] of Object.entries(keys)) {
    it(`is ${name}`, () => {
      const pem = make().publicKey.export({ type: "spki", format: "pem" });
      assert.equal(keyAlgorithmOf(createPublicKey(pem)), name);
    });
  }

  it("is one of a certificate's facts", async () => {
    const chain = parseChain((await (await createAuthority()).issue()).chain);
    assert.ok("leaf" in chain);
    assert.equal(factsOf(chain.leaf).keyAlgorithm, "EC P-256");
  });
});
