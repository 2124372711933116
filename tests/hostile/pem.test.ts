import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { createAuthority, type Issued } from "../../emulator/pki";
import {
  type Chain,
  factsOf,
  maxChainLength,
  maxPemLength,
  nameLine,
  parseChain,
} from "../../provider/certificates/parse";
import { keyProblem } from "../../provider/certificates/privateKey";
import { isSameCertificate } from "../../provider/certificates/sameCertificate";
import {
  chainProblem,
  expiryWarning,
  uploadWarnings,
  validityProblem,
} from "../../provider/certificates/validate";
import { Secret } from "../../provider/text/secret";
import { reasonOf } from "../support/problems";
import { assertClear } from "./support";

/** Far more than any of these takes, and far less than what grows with the square of the length. */
const quickMs = 500;

function assertQuick(work: () => unknown, title: string): void {
  const startedAt = performance.now();
  work();
  const elapsed = performance.now() - startedAt;
  assert.ok(elapsed < quickMs, `${title} took ${Math.round(elapsed)} ms`);
}

/** Everything that check does with a PEM and a key: success, or sentences. */
function look(text: string, key: string): void {
  const chain = parseChain(text);
  if ("reason" in chain) {
    assertClear(`certificate ${chain.reason}`);
    return;
  }
  const problems = [
    chainProblem(chain),
    validityProblem(chain.leaf, Date.now()),
    keyProblem(chain.leaf, new Secret(key)),
    expiryWarning(chain.leaf, Date.now(), undefined),
    ...uploadWarnings(chain),
  ];
  for (const problem of problems) if (problem !== undefined) assertClear(`certificate ${problem.reason}`);
  factsOf(chain.leaf);
  const again = parseChain(chain.pem);
  assert.ok("leaf" in again && again.pem === chain.pem, "what is stored cannot be read again");
}

describe("hostile PEM", () => {
  let issued: Issued;
  let others: string[];

  before(async () => {
    const authority = await createAuthority();
    const intermediate = await authority.intermediate();
    issued = await intermediate.issue();
    const more = await Promise.all(Array.from({ length: 11 }, () => authority.issue()));
    others = more.map(({ certificate }) => certificate);
  });

  it("of any form is read, or refused with a sentence", () => {
    const damaged = fc
      .tuple(fc.nat(), fc.nat({ max: 400 }), fc.string({ unit: "binary", maxLength: 8 }))
      .map(([at, length, text]) => {
        const place = at % issued.chain.length;
        return issued.chain.slice(0, place) + text + issued.chain.slice(place + length);
      });
    const pieces = fc
      .array(
        fc.constantFrom(
          ...others.slice(0, 3),
          issued.certificate,
          issued.chain,
          issued.privateKey.slice(0, 60),
          "-----BEGIN CERTIFICATE-----",
          "-----END CERTIFICATE-----",
          "-----BEGIN TRUSTED CERTIFICATE-----\r\n",
          "\r\n\t \ufeff\0",
        ),
        { maxLength: 14 },
      )
      .map(parts => parts.join(""));
    const bytes = fc.uint8Array({ maxLength: 2000 }).map(array => Buffer.from(array).toString("latin1"));
    const hostile = fc.oneof(damaged, pieces, bytes, fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(hostile, hostile, (text, key) => look(text, key)),
      { numRuns: 150 },
    );
  });

  it("with single bytes of its DER changed is read, or refused with a sentence", () => {
    const der = new X509Certificate(issued.certificate).raw;
    const change = fc.array(fc.tuple(fc.nat({ max: der.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(change, changes => {
        const copy = Buffer.from(der);
        for (const [at, byte] of changes) copy[at] = byte;
        look(
          `-----BEGIN CERTIFICATE-----\n${copy.toString("base64")}\n-----END CERTIFICATE-----\n`,
          issued.privateKey,
        );
      }),
      { numRuns: 150 },
    );
  });

  it("has limits: the last length and number that are read, and the first that are not", () => {
    const filled = (length: number) => issued.chain + " ".repeat(length - issued.chain.length);
    assert.ok("leaf" in parseChain(filled(maxPemLength)));
    assert.match(reasonOf(parseChain(filled(maxPemLength + 1))), /^is longer than 262144 characters: give/);
    assert.ok("leaf" in parseChain(others.slice(0, maxChainLength).join("")));
    assert.match(reasonOf(parseChain(others.join(""))), /^contains 11 certificates, more than 10: give/);
    const { leaf } = parseChain(issued.chain) as Chain;
    assert.match(
      reasonOf(keyProblem(leaf, new Secret("x".repeat(maxPemLength + 1)))),
      /^is longer than 262144 bytes: give/,
    );
  });

  it("that was cut anywhere in its last certificate is never taken for a shorter chain", () => {
    const [first = ""] = issued.chain.split(/(?<=-----END CERTIFICATE-----\n)/);
    fc.assert(
      fc.property(fc.integer({ min: first.length + 27, max: issued.chain.length - 3 }), length => {
        assert.match(reasonOf(parseChain(issued.chain.slice(0, length))), /^is damaged: certificate 2 of 2/);
      }),
    );
  });

  it("that is made to take long takes no longer", () => {
    const fill = (unit: string) => unit.repeat(Math.floor(maxPemLength / unit.length));
    const units = [
      "-----BEGIN CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\n-----END X509 CERTIFICATE-----\n",
      "-----BEGIN A-----",
      "-----BEGIN PRIVATE",
      "-----BEGIN ",
      "-",
      " ",
      "\n ",
    ];
    for (const unit of units) {
      assertQuick(() => look(fill(unit), issued.privateKey), JSON.stringify(unit));
      assertQuick(() => look(`${fill(unit).slice(0, -30)} x`, fill(unit)), JSON.stringify(unit));
    }
  });

  it("is not waited for in what a server says of a certificate either", () => {
    const { leaf } = parseChain(issued.chain) as Chain;
    const facts = factsOf(leaf);
    const huge = 1_000_000;
    for (const serialNumber of [
      "9".repeat(huge),
      "f".repeat(huge),
      ":".repeat(huge),
      `0x${"0".repeat(huge)}`,
    ]) {
      const answer = { certificateInfo: { ...facts, serialNumber } };
      assertQuick(() => assert.ok(!isSameCertificate(answer, facts)), "a serial number");
      assertQuick(
        () => isSameCertificate({ certificateInfo: facts }, { ...facts, serialNumber }),
        "a stored one",
      );
    }
    assertQuick(() => nameLine(`${" ".repeat(huge)}x`), "a distinguished name");
  });
});
