import { type CertificateResponse, type EnvironmentType, environmentTypes } from "../api/responses";

/** The environment types for which a certificate is enabled, in Zuplo's order. */
export function enabledTypes({ environments }: Pick<CertificateResponse, "environments">): EnvironmentType[] {
  return environmentTypes.filter(type => environments[type]);
}

/** The environment types that a state names; one that was changed by hand may hold anything there. */
export function typesIn(stored: unknown): EnvironmentType[] {
  return environmentTypes.filter(type => Array.isArray(stored) && stored.includes(type));
}
