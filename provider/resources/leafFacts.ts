import { z } from "zod";
import type { CertificateFacts } from "../certificates/parse";
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
    validTo: fact(`Last moment at which the ${what} is valid, ISO 8601.`),
  } satisfies Record<keyof CertificateFacts, z.ZodType>;
}

const names = Object.keys(leafFacts("leaf"));

/** What a state holds of them. */
export function factsIn(state: CertificateFacts): CertificateFacts {
  return pick(state, names) as unknown as CertificateFacts;
}
