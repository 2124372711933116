import { z } from "zod";
import type { CertificateResponse } from "../api/responses";
import { type CertificateFacts, chainIn, factsOf } from "../certificates/parse";
import { out, pick } from "./contract";

/** The outputs that tell what a certificate is. They follow from its PEM, so that a preview shows them. */
export function leafFacts(what: "leaf" | "certificate") {
  const fact = (doc: string) => out(z.string(), { doc, from: "certificate" });
  return {
    fingerprint: fact(`SHA-256 of the ${what}'s DER, lower-case hex.`),
    serialNumber: fact(`Serial number of the ${what}, upper-case hex.`),
    subject: fact(`Distinguished name of the ${what}'s subject, on one line.`),
    issuer: fact(`Distinguished name of the ${what}'s issuer, on one line.`),
    validFrom: fact(`First moment at which the ${what} is valid, ISO 8601.`),
    keyAlgorithm: fact(
      `Algorithm of the ${what}'s key with its size in bits or its curve, such as RSA 2048, EC P-256 or Ed25519.`,
    ),
    validTo: fact(`Last moment at which the ${what} is valid, ISO 8601.`),
  } satisfies Record<keyof CertificateFacts, z.ZodType>;
}

const names = Object.keys(leafFacts("leaf"));

/** Those of a PEM; none where it is not known, or is none. */
export function factsOfPem(pem: unknown): Partial<CertificateFacts> {
  const chain = chainIn(pem);
  return chain === undefined ? {} : { ...factsOf(chain.leaf) };
}

/** Those of a state; one of an older version may lack some, which its PEM tells. */
export function factsIn(state: CertificateFacts & { certificate?: unknown }): CertificateFacts {
  return { ...pick(state, names), ...factsOfPem(state.certificate) } as unknown as CertificateFacts;
}

/** What Zuplo tells of a certificate whose PEM nobody knows: the others are empty. */
export function factsTold({ certificateInfo }: CertificateResponse): CertificateFacts {
  const empty = Object.fromEntries(names.map(name => [name, ""])) as unknown as CertificateFacts;
  return { ...empty, ...certificateInfo };
}
