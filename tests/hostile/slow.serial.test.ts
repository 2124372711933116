import assert from "node:assert/strict";
import { certificateResponse, deploymentResponse, maxLongText, maxText } from "../../provider/api/responses";
import { familyOf } from "../../provider/certificates/name";
import { parseChain } from "../../provider/certificates/parse";
import { parsePrivateKey } from "../../provider/certificates/privateKey";
import { isSameCertificate } from "../../provider/certificates/sameCertificate";
import { readConfig } from "../../provider/config";
import { describeCertificate } from "../../provider/lookups/lookup";
import { expectedOf, unmet } from "../../provider/rotation/expectation";
import { quote } from "../../provider/text/redact";

const certificateInfo = {
  subject: "CN=a",
  issuer: "CN=b",
  validFrom: "2030-01-01T00:00:00.000Z",
  validTo: "2031-01-01T00:00:00.000Z",
  serialNumber: "01",
};
const environments = { development: false, preview: true, production: true };
const facts = { ...certificateInfo, fingerprint: "f".repeat(64) };

const many = (piece: string) => (length: number) => piece.repeat(Math.ceil(length / piece.length));
/** Texts that make a pattern go back: long runs, and beginnings without an end. */
const shapes: ((length: number) => string)[] = [
  ...["A", " ", "\n", "=", "0", "/", "'", "ab:"].map(many),
  ...["CN=a,", ",a ", "/A", "a.", "_0a0a00000000", "00:", "${", "-----BEGIN ", "-----END A", "\r\n"].map(
    many,
  ),
  ...["-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----", "\u202e\u009b"].map(many),
  length => `CN=${" ".repeat(length)}\rx`,
  length => `CN=a,${" ".repeat(length)}x`,
  length => `a${"/".repeat(length)}x`,
  length => `-----BEGIN ${"A ".repeat(length / 2)}x`,
  length => `${" ".repeat(length)}x`,
];

const expected = expectedOf(
  { body: "$" + "{serialNumber}", headers: { "x-subject": "$" + "{subject}" } },
  () => ({ serialNumber: "00".repeat(20), subject: "CN=a, O=b" }),
);

/** What reads a text by others. */
const readers: [string, (text: string) => unknown][] = [
  [
    "the issuer of a certificate in Zuplo's list",
    issuer => isSameCertificate({ certificateInfo: { ...certificateInfo, issuer } }, facts),
  ],
  [
    "the serial number of a certificate in Zuplo's list",
    serialNumber => isSameCertificate({ certificateInfo: { ...certificateInfo, serialNumber } }, facts),
  ],
  [
    "a certificate's name and subject",
    text => {
      familyOf(text);
      return describeCertificate({
        id: "cert_1",
        name: text,
        certificateInfo: { ...certificateInfo, subject: text },
        environments,
        createdOn: undefined,
        updatedOn: undefined,
      });
    },
  ],
  ["an explanation of an error", text => quote(text)],
  ["a certificate as PEM", text => parseChain(text)],
  ["a private key as PEM", text => parsePrivateKey(text)],
  ["the answer of a gateway", text => unmet({ headers: { "x-subject": text }, body: text }, expected, [])],
  [
    "the address of the API",
    text =>
      readConfig(
        // As an API key it would be a secret, for which every later text is searched.
        key => (key === "endpoint" ? text : undefined),
        () => undefined,
      ),
  ],
];

/** Below this, in milliseconds, a time tells nothing. */
const shortest = 4;
const tries = 5;

/** How much longer it takes where the text is twice as long. */
function growth(read: (text: string) => unknown, shape: (length: number) => string): number {
  const timeOf = (length: number) => {
    const times = Array.from({ length: tries }, (_, round) => {
      // Another text each time, which nothing remembers.
      const text = `${shape(length)}${round}`;
      const startedAt = performance.now();
      read(text);
      return performance.now() - startedAt;
    });
    return Math.min(...times);
  };
  let length = 256;
  while (length < 2 ** 16 && timeOf(length) < shortest) length *= 2;
  return timeOf(2 * length) / Math.max(timeOf(length), shortest);
}

describe("a text by others", () => {
  for (const [title, read] of readers) {
    it(`of twice the length takes no more than three times as long to read: ${title}`, () => {
      for (const shape of shapes) {
        // A pause of the machine is no property of the text.
        const least = [1, 2, 3, 4, 5].reduce(
          found => (found <= 3 ? found : Math.min(found, growth(read, shape))),
          Number.POSITIVE_INFINITY,
        );
        assert.ok(least <= 3, `${JSON.stringify(shape(24))}: ${least.toFixed(1)} times`);
      }
    });
  }

  it("tells the same attributes of an issuer in every spelling", () => {
    const stored = "C=DE, O=Acme, Inc., CN=a/b=c";
    const isSame = (issuer: string) =>
      isSameCertificate({ certificateInfo: { ...certificateInfo, issuer } }, { ...facts, issuer: stored });
    for (const same of [
      stored,
      'CN = a/b=c,O = "Acme, Inc." , C=DE',
      "C=DE\nO=Acme\\, Inc.\nCN=a/b=c",
      "c=DE+o=Acme, Inc.",
      "CN=a/b=c",
    ])
      assert.ok(isSame(same), same);
    for (const other of ["CN=a/b=d", "O=Acme", "C=DE, C=FR", "C="]) assert.ok(!isSame(other), other);
  });

  it("is not read where it is longer than Zuplo's own can be", () => {
    // given
    const certificate = { id: "cert_1", name: "backend", certificateInfo, environments };
    const deployment = { name: "shop-main" };
    const isRead = (more: object) =>
      certificateResponse.safeParse({ ...certificate, ...more }).success &&
      deploymentResponse.safeParse({ ...deployment, ...more }).success;
    // then
    for (const [key, limit] of [
      ["name", maxText],
      ["updatedOn", maxText],
      ["state", maxText],
      ["url", maxLongText],
    ] as const) {
      assert.ok(isRead({ [key]: "x".repeat(limit) }), key);
      assert.ok(!isRead({ [key]: "x".repeat(limit + 1) }), key);
    }
    for (const key of ["subject", "issuer"]) {
      const info = (length: number) => ({
        certificateInfo: { ...certificateInfo, [key]: "x".repeat(length) },
      });
      assert.ok(isRead(info(maxLongText)), key);
      assert.ok(!isRead(info(maxLongText + 1)), key);
    }
  });

  it("that explains a failure may be longer, and is shortened where it is shown", () => {
    const { success } = deploymentResponse.safeParse({ name: "shop-main", message: "x".repeat(100_000) });
    assert.ok(success);
    assert.ok(quote("x".repeat(100_000)).length < 1000);
  });
});
