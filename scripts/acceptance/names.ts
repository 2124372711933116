/** What the script calls its own: a later run finds by these names what an earlier one left. */
import type { CertificateResponse } from "../../provider/api/responses";

export const prefix = "pulumi_zuplo_acceptance_";
/** Of the certificates that the provider uploads. */
export const rotationPrefix = `${prefix}rotation`;
export const variableName = "PULUMI_ZUPLO_ACCEPTANCE";
export const secretName = "PULUMI_ZUPLO_ACCEPTANCE_SECRET";
/** Of the variables in the end, which the API cannot delete. */
export const harmlessValue = "";
/** For a variable that may not be empty. */
export const harmlessText = "unused";

export function isOurs({ name }: Pick<CertificateResponse, "name">): boolean {
  return name.startsWith(prefix);
}

/** No generated name of the provider's: none of its runs would take it for an earlier generation. */
export function nameOf(role: string, fingerprint: string): string {
  return `${prefix}${role}_${fingerprint.slice(0, 8)}`;
}
