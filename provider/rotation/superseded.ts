import { familyOf } from "../certificates/name";
import type { VariableValue } from "../program";
import type { CertificateAnswer } from "../zuplo/answers";

/** What a deployment uses: the names of its certificates, and its variables. */
export interface InUse {
  certificates: readonly string[];
  variables: readonly VariableValue[];
}

export interface Superseded {
  certificate: CertificateAnswer;
  /** Whether a variable of the deployment named it. Otherwise its name may stand in the gateway's code. */
  isNamed: boolean;
}

/**
 * The certificates that a deployment no longer uses: those it had before and has no longer, and every other
 * generation of those it uses now. The latter are found by their name, so that a run which was killed leaves
 * nothing that the next one does not know of.
 */
export function supersededBy(
  wanted: InUse,
  before: InUse | undefined,
  existing: readonly CertificateAnswer[],
): Superseded[] {
  const inUse = new Set(wanted.certificates);
  const dropped = new Set(before?.certificates);
  const families = new Set(wanted.certificates.map(familyOf).filter(family => family !== undefined));
  const values = [...(before?.variables ?? []), ...wanted.variables].map(({ value }) => value);
  return existing.flatMap(certificate => {
    const { name } = certificate;
    if (inUse.has(name)) return [];
    if (dropped.has(name)) {
      const isNamed = before?.variables.some(({ value }) => value === name) === true;
      return [{ certificate, isNamed }];
    }
    const family = familyOf(name);
    if (family === undefined || !families.has(family)) return [];
    return [{ certificate, isNamed: values.some(value => familyOf(value) === family) }];
  });
}
