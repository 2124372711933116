import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { selfSigned } from "../../provider/adapters/terraform/certificate";
import { handshakeLine, readHandshake } from "../../provider/adapters/terraform/handshake";
import { decodeMessage, encodeMessage } from "../../provider/adapters/terraform/protocol";
import { inTerraformWords } from "../../provider/adapters/terraformWords";
import { say } from "../../provider/text/vocabulary";
import { startedByEngine } from "../../scripts/engine/terraform";

describe("the Terraform plugin's process", () => {
  it("tells whoever starts it by hand what it is for", () => {
    assert.match(String(readHandshake({})), /they start it themselves/);
    assert.match(
      String(readHandshake({ ...startedByEngine, PLUGIN_PROTOCOL_VERSIONS: "5" })),
      /speaks version 6/,
    );
    assert.deepEqual(readHandshake({ ...startedByEngine, PLUGIN_PROTOCOL_VERSIONS: "5,6" }), {
      clientCertificate: undefined,
    });
  });

  it("prints one line with the certificate as Go reads it, without padding", () => {
    const line = handshakeLine("unix:/tmp/socket", Buffer.from("a"));
    assert.equal(line, "1|6|unix|/tmp/socket|grpc|YQ\n");
    assert.equal(handshakeLine("127.0.0.1:7", undefined), "1|6|tcp|127.0.0.1:7|grpc|\n");
  });

  it("makes a certificate for localhost, signed with its own key", () => {
    for (let round = 0; round < 20; round++) {
      const { certificate, der, privateKey } = selfSigned();
      const parsed = new X509Certificate(certificate);
      assert.deepEqual(parsed.raw, der);
      assert.equal(parsed.checkHost("localhost"), "localhost");
      assert.ok(parsed.verify(parsed.publicKey));
      assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----/);
      assert.ok(new Date(parsed.validTo).getTime() > Date.now());
    }
  });

  it("writes messages by their numbers, and skips what it does not know", () => {
    const message = { steps: [{ attributeName: "stages" }, { elementKeyInt: 0 }] };
    const bytes = encodeMessage("AttributePath", message);
    assert.equal(bytes.toString("hex"), "0a080a06737461676573" + "0a021800");
    assert.deepEqual(decodeMessage("AttributePath", bytes), message);
    // Field 15, a text.
    assert.deepEqual(
      decodeMessage("AttributePath", Buffer.concat([bytes, Buffer.from("7a0161", "hex")])),
      message,
    );
  });
});

describe("Terraform's words", () => {
  it("are its commands and its names, and never what others wrote", () => {
    const text = `MtlsCertificate 'isSecret': set \`privateKeySource\` or valueOnDelete, and run ${say.apply}; see getDeployments.`;
    assert.equal(
      inTerraformWords(text),
      "zuplo_mtls_certificate 'isSecret': set `private_key_source` or value_on_delete, and run `terraform apply`; see data.zuplo_deployments.",
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in a program.
    const proof = "`${serialNumber}` stands for `serialNumber`";
    assert.equal(inTerraformWords(proof), "`$${serialNumber}` stands for `serial_number`");
    assert.equal(inTerraformWords(say.setting("apiKey")), "`api_key`");
    assert.equal(
      inTerraformWords("the account's path/valueOnDelete and key's"),
      "the account's path/valueOnDelete and key's",
    );
  });
});
