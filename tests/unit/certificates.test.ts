import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type Authority, createAuthority, type Issued } from "../../emulator/pki";
import { type Chain, factsOf, maxPemLength, parseChain } from "../../provider/certificates/parse";
import { keyProblem } from "../../provider/certificates/privateKey";
import { isSameCertificate } from "../../provider/certificates/sameCertificate";
import {
  chainProblem,
  expiryWarning,
  isSameChain,
  uploadWarnings,
  validityProblem,
} from "../../provider/certificates/validate";
import { Secret } from "../../provider/text/secret";
import { reasonOf } from "../support/problems";

const day = 24 * 60 * 60 * 1000;

function parsed(text: string): Chain {
  const chain = parseChain(text);
  assert.ok("leaf" in chain, reasonOf(chain));
  return chain;
}

describe("a certificate", () => {
  let authority: Authority;
  let intermediate: Authority;
  let issued: Issued;
  let chained: Issued;

  before(async () => {
    authority = await createAuthority();
    intermediate = await authority.intermediate();
    issued = await authority.issue({ commonName: "client" });
    chained = await intermediate.issue();
  });

  it("is known by its leaf, in Zuplo's words", () => {
    const facts = factsOf(parsed(issued.certificate).leaf);
    assert.equal(facts.fingerprint, issued.fingerprint);
    assert.match(facts.fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(facts.serialNumber.toLowerCase(), issued.serialNumber.toLowerCase());
    assert.match(facts.subject, /CN=client$/);
    assert.match(facts.validTo, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  });

  const spellings: [string, (pem: string) => string][] = [
    ["CRLF", pem => pem.replaceAll("\n", "\r\n")],
    ["CR", pem => pem.replaceAll("\n", "\r")],
    ["trailing white space", pem => `${pem}\n  \n\t`],
    ["no final newline", pem => pem.trimEnd()],
    [
      "another wrapping",
      pem =>
        pem
          .replace(/\n(?!-)/g, "")
          .replace(/(-----BEGIN CERTIFICATE-----)/, "$1\n")
          .replace(/(-----END)/, "\n$1"),
    ],
    ["indentation", pem => pem.replaceAll("\n", "\n    ")],
    ["a comment before it", pem => `subject=CN=client\n${pem}`],
  ];
  for (const [title, spell] of spellings) {
    it(`is the same with ${title}`, () => {
      const [one, other] = [parsed(issued.certificate), parsed(spell(issued.certificate))];
      assert.ok(isSameChain(one, other));
      assert.equal(other.pem, one.pem);
    });
  }

  it("is another one with another leaf or another chain", async () => {
    assert.ok(!isSameChain(parsed(issued.chain), parsed((await authority.issue()).chain)));
    assert.ok(!isSameChain(parsed(chained.certificate), parsed(chained.chain)));
  });

  it("that cannot be read says why, and what to do", async () => {
    const many = (await Promise.all(Array.from({ length: 11 }, () => authority.issue())))
      .map(one => one.certificate)
      .join("");
    const der = new X509Certificate(issued.certificate).raw;
    const cases: [string, RegExp][] = [
      ["", /^is empty: give the certificate as PEM/],
      ["hello", /^is not PEM: .*openssl x509 -inform der/],
      [der.toString("latin1"), /^is not PEM/],
      [issued.privateKey, /^contains a private key: move it to privateKey/],
      [issued.certificate.replace(/\n.{20}/, "\n!!!!"), /^is damaged: certificate 1 of 1/],
      [issued.certificate.slice(0, -40), /^is damaged: certificate 1 of 1/],
      [`${issued.certificate}${issued.certificate.slice(0, 200)}`, /^is damaged: certificate 2 of 2/],
      [
        `${issued.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
        /^is damaged: certificate 2 of 2/,
      ],
      [many, /^contains 11 certificates, more than 10/],
      [" ".repeat(maxPemLength + 1), /^is longer than 262144 characters/],
    ];
    for (const [text, says] of cases) assert.match(reasonOf(parseChain(text)), says);
  });

  it("comes with its chain in order, or the right order is said", async () => {
    const [leaf = "", issuer = ""] = chained.chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    assert.equal(chainProblem(parsed(chained.chain)), undefined);
    assert.equal(chainProblem(parsed(`${leaf}${issuer}${authority.certificate}`)), undefined);
    assert.match(reasonOf(chainProblem(parsed(`${issuer}${leaf}`))), /^is out of order: .* is 2, 1\.$/);
    assert.match(reasonOf(chainProblem(parsed(`${leaf}${authority.certificate}${issuer}`))), /is 1, 3, 2\.$/);
    assert.match(
      reasonOf(chainProblem(parsed(`${leaf}${issuer}${issuer}`))),
      /^contains certificate 2 twice/,
    );
  });

  it("warns of a missing intermediate, and not of a root that is left out", () => {
    const [leaf = ""] = chained.chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    assert.deepEqual(uploadWarnings(parsed(chained.chain)), []);
    const gap = parsed(`${leaf}${authority.certificate}`);
    assert.equal(chainProblem(gap), undefined);
    assert.match(
      uploadWarnings(gap).map(reasonOf).join(),
      /^lacks an intermediate: the issuer of certificate 1/,
    );
  });

  it("is parsed once, in the spelling that was given and in the normalised one", async () => {
    const spelled = (await authority.issue()).certificate.replaceAll("\n", "\r\n");
    const chain = parsed(spelled);
    assert.equal(parsed(spelled), chain);
    assert.equal(parsed(chain.pem), chain);
    assert.notEqual(parsed((await authority.issue()).certificate), chain);
  });

  it("warns of a signature with SHA-1, and of no other", async () => {
    const rsa = { keyType: "rsa-2048" } as const;
    const weak = await authority.issue({ ...rsa, hash: "SHA-1" });
    assert.match(uploadWarnings(parsed(weak.certificate)).map(reasonOf).join(), /^is signed with SHA-1/);
    assert.deepEqual(uploadWarnings(parsed((await authority.issue(rsa)).certificate)), []);
  });

  it("goes with its own key only, also when it is asked again", async () => {
    const { leaf } = parsed(issued.chain);
    assert.equal(keyProblem(leaf, new Secret(issued.privateKey)), undefined);
    assert.equal(keyProblem(leaf, new Secret(issued.privateKey)), undefined);
    assert.equal(keyProblem(leaf, new Secret(issued.privateKey.replaceAll("\n", "\r\n"))), undefined);
    assert.match(
      reasonOf(keyProblem(leaf, new Secret((await authority.issue()).privateKey))),
      /^is not the key of the certificate/,
    );
    assert.match(reasonOf(keyProblem(leaf, new Secret("secret"))), /^is not a PEM private key/);
    assert.match(
      reasonOf(keyProblem(leaf, new Secret(issued.privateKey.replace(/\n.{30}/, "\n")))),
      /^is damaged/,
    );
  });

  it("is recognised by serial number, issuer and dates, however the API writes them", async () => {
    const facts = factsOf(parsed(issued.certificate).leaf);
    const answer = (
      certificateInfo: Partial<Record<"serialNumber" | "issuer" | "validFrom" | "validTo", string>>,
    ) => ({
      id: "cert_1",
      name: "x",
      certificateInfo: { ...facts, ...certificateInfo },
      environments: { development: false, preview: false, production: true },
      createdOn: undefined,
      updatedOn: undefined,
    });
    const decimal = BigInt(`0x${facts.serialNumber}`).toString();
    const colons = (facts.serialNumber.match(/../g) ?? []).join(":");
    for (const serialNumber of [
      facts.serialNumber.toLowerCase(),
      `00${facts.serialNumber}`,
      colons,
      decimal,
    ]) {
      assert.ok(isSameCertificate(answer({ serialNumber }), facts), serialNumber);
    }
    assert.ok(isSameCertificate(answer({ validTo: new Date(facts.validTo).toUTCString() }), facts));
    for (const issuer of [
      "C=US\nO=Acme, Inc.\nCN=CA",
      "cn = CA,O=Acme\\, Inc.",
      'CN=CA, O="Acme, Inc."',
      "CA",
      "",
    ])
      assert.ok(isSameCertificate(answer({ issuer }), { ...facts, issuer: "O=Acme, Inc., CN=CA" }), issuer);
    for (const issuer of ["CN=Other CA", "O=Acme, Inc.\nCN=CA 2"])
      assert.ok(!isSameCertificate(answer({ issuer }), { ...facts, issuer: "O=Acme, Inc., CN=CA" }), issuer);
    assert.ok(!isSameCertificate(answer({ serialNumber: "0123" }), facts));
    assert.ok(!isSameCertificate(answer({ validTo: "2001-01-01T00:00:00Z" }), facts));
  });
});

describe("the expiry of a certificate", () => {
  const issue = async (lifetimeDays: number) => {
    const authority = await createAuthority();
    const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000);
    const notAfter = new Date(notBefore.getTime() + lifetimeDays * day);
    return {
      leaf: parsed((await authority.issue({ notBefore, notAfter })).chain).leaf,
      end: notAfter.getTime(),
    };
  };

  it("is warned of 30 days before, or after two thirds of a shorter life", async () => {
    const year = await issue(365);
    assert.equal(expiryWarning(year.leaf, year.end - 31 * day, undefined), undefined);
    assert.match(reasonOf(expiryWarning(year.leaf, year.end - 29.5 * day, undefined)), /^expires in 29 days/);
    const week = await issue(9);
    assert.equal(expiryWarning(week.leaf, week.end - 3.1 * day, undefined), undefined);
    assert.match(reasonOf(expiryWarning(week.leaf, week.end - 2.9 * day, undefined)), /^expires in 2 days/);
    assert.match(reasonOf(expiryWarning(week.leaf, week.end - day / 2, undefined)), /^expires in 12 hours/);
  });

  it("is warned of when the user wants", async () => {
    const { leaf, end } = await issue(365);
    assert.match(reasonOf(expiryWarning(leaf, end - 59 * day, 60 * day)), /^expires in 59 days/);
    assert.equal(expiryWarning(leaf, end - 2 * day, day), undefined);
    assert.match(reasonOf(expiryWarning(leaf, end - 364 * day, 400 * day)), /^expires in 364 days/);
  });

  it("stops an upload, before and after the validity", async () => {
    const { leaf, end } = await issue(10);
    assert.equal(validityProblem(leaf, end - 5 * day), undefined);
    assert.match(reasonOf(validityProblem(leaf, end + 1000)), /^expired at /);
    assert.match(reasonOf(validityProblem(leaf, end - 11 * day)), /^is not valid before /);
  });
});
