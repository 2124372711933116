import { type CertificateAnswer, type EnvironmentType, environmentTypes } from "../zuplo/answers";

/** The environment types for which a certificate is enabled, in Zuplo's order. */
export function enabledTypes({ environments }: Pick<CertificateAnswer, "environments">): EnvironmentType[] {
  return environmentTypes.filter(type => environments[type]);
}
