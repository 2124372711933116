import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createAuthority, importAuthority } from "../../emulator/pki";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

describe("emulator: pki", () => {
  it("issues client certificates that node's own crypto verifies", async () => {
    const authority = await createAuthority({ commonName: "Root" });
    const issued = await authority.issue({
      commonName: "one",
      dnsNames: ["a.test"],
      ipAddresses: ["127.0.0.1"],
    });
    const leaf = new X509Certificate(issued.certificate);
    assert.ok(leaf.verify(new X509Certificate(authority.certificate).publicKey));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(issued.privateKey)));
    assert.equal(leaf.subject, "C=US\nO=Acme\nCN=one");
    assert.equal(leaf.issuer, "C=US\nO=Acme\nCN=Root");
    assert.equal(leaf.subjectAltName, "DNS:a.test, IP Address:127.0.0.1");
    assert.deepEqual(leaf.keyUsage, [CLIENT_AUTH]);
    assert.equal(leaf.serialNumber.toLowerCase(), issued.serialNumber);
    assert.equal(leaf.fingerprint256.replaceAll(":", "").toLowerCase(), issued.fingerprint);
    assert.equal(issued.chain, issued.certificate, "a root's chain has no intermediate");
  });

  it("issues from an intermediate with the chain in order, also after export and import", async () => {
    const root = await createAuthority();
    const middle = await root.intermediate("Middle");
    const lower = await importAuthority(await (await middle.intermediate("Lower")).export());
    const { certificate, chain } = await lower.issue();
    assert.equal(chain, certificate + lower.certificate + middle.certificate);
    const [leaf, first, second, top] = [
      certificate,
      lower.certificate,
      middle.certificate,
      root.certificate,
    ].map(pem => new X509Certificate(pem));
    assert.ok(leaf && first && second && top);
    assert.ok(leaf.checkIssued(first) && first.checkIssued(second) && second.checkIssued(top));
    assert.ok(leaf.verify(first.publicKey) && first.verify(second.publicKey) && second.verify(top.publicKey));
  });

  it("makes keys, dates and usages as asked for", async () => {
    const authority = await createAuthority();
    const notBefore = new Date("2020-01-01T00:00:00Z");
    const notAfter = new Date("2020-02-01T00:00:00Z");
    const weak = await authority.issue({
      keyType: "rsa-1024",
      hash: "SHA-1",
      extendedKeyUsage: [],
      notBefore,
      notAfter,
    });
    const leaf = new X509Certificate(weak.certificate);
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.modulusLength, 1024);
    assert.equal(leaf.keyUsage, undefined);
    assert.deepEqual([new Date(leaf.validFrom), new Date(leaf.validTo)], [notBefore, notAfter]);
    assert.ok(leaf.verify(new X509Certificate(authority.certificate).publicKey));
  });
});
