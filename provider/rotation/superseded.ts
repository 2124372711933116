import { familyOf } from "../certificates/name";
import type { CertificateAnswer } from "../zuplo/answers";

/**
 * The certificates that a deployment no longer uses: those it had before and has no longer, and every other
 * generation of those it uses now. The latter are found by their name, so that a run which was killed leaves
 * nothing that the next one does not know of.
 */
export function supersededBy(
  wanted: readonly string[],
  before: readonly string[],
  existing: readonly CertificateAnswer[],
): CertificateAnswer[] {
  const inUse = new Set(wanted);
  const dropped = new Set(before);
  const families = new Set(wanted.map(familyOf).filter(family => family !== undefined));
  return existing.filter(({ name }) => {
    if (inUse.has(name)) return false;
    const family = familyOf(name);
    return dropped.has(name) || (family !== undefined && families.has(family));
  });
}
