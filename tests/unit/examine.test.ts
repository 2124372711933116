import assert from "node:assert/strict";
import { createAuthority } from "../../emulator/pki";
import { examine } from "../../provider/resources/mtlsCertificate/check";

const environments = ["production"];
const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

describe("examining a certificate", () => {
  it("tells what is wrong with the key, too, where the certificate cannot be read", () => {
    // when
    const { failures, chain } = examine({ now: Date.now() }, undefined, {
      certificate: "no PEM",
      privateKey: encrypted,
      environments,
    });
    // then
    assert.equal(chain, undefined);
    assert.deepEqual(
      failures.map(({ property, reason }) => `${property} ${reason.split(":")[0]}`),
      ["certificate is not PEM", "privateKey is encrypted"],
    );
  });

  it("does not call a key foreign while it is not known which certificate is the leaf", async () => {
    // given
    const intermediate = await (await createAuthority()).intermediate();
    const { chain, privateKey } = await intermediate.issue();
    const blocks = chain.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
    const certificate = blocks.reverse().join("\n");
    // when
    const { failures } = examine({ now: Date.now() }, undefined, { certificate, privateKey, environments });
    // then
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["certificate"],
    );
    assert.match(failures[0]?.reason ?? "", /^is out of order/);
  });
});
