import type { CertificateFacts } from "../../certificates/parse";
import { type Coded, coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { factsOfPem } from "../leafFacts";
import type { Context, RawInputs } from "../resource";
import type { MtlsCertificateState } from "./contract";

/** What a preview says of a certificate that is to be uploaded: what a reviewer compares, which no PEM shows. */
export function previewMessage(
  { session: { program }, identity }: Context,
  olds: MtlsCertificateState | undefined,
  news: RawInputs,
): Coded | undefined {
  const facts = shortened(factsOfPem(news.certificate));
  if (olds !== undefined || !isWhole(facts)) return undefined;
  const name = typeof news.name === "string" ? ` '${quote(news.name)}'` : "";
  const { previousName } = program.certificates.of(identity) ?? {};
  const before =
    previousName === undefined ? undefined : shortened(program.certificates.factsOf(previousName) ?? {});
  if (before === undefined || !isWhole(before) || before.fingerprint === facts.fingerprint) {
    const { serialNumber, validFrom, validTo, fingerprint } = facts;
    const text = `MtlsCertificate${name}: serial number ${serialNumber}, valid from ${validFrom} to ${validTo}, fingerprint ${fingerprint}.`;
    return coded("ZUPLO1225", text);
  }
  const change = (fact: keyof CertificateFacts) => `${quote(before[fact]) || "unknown"} → ${facts[fact]}`;
  const text =
    `MtlsCertificate${name} takes the place of '${quote(previousName ?? "")}': serial number ${change("serialNumber")}, ` +
    `valid from ${change("validFrom")}, valid to ${change("validTo")}, fingerprint ${change("fingerprint")}.`;
  return coded("ZUPLO1225", text);
}

/** A certificate's dates have whole seconds. */
function shortened(facts: Partial<CertificateFacts>): Partial<CertificateFacts> {
  const short = Object.entries(facts).map(([name, value]) => [name, value.replace(/\.000Z$/, "Z")]);
  return Object.fromEntries(short);
}

function isWhole(facts: Partial<CertificateFacts>): facts is CertificateFacts {
  return facts.fingerprint !== undefined;
}
