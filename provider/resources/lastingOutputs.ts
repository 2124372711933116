const certificate = ["name", "fingerprint", "serialNumber", "subject", "issuer", "validFrom", "validTo"];

/** Properties that a resource has as long as it exists, besides its required inputs; by type. */
const lastingOutputs: Record<string, readonly string[]> = {
  MtlsCertificate: certificate,
  EnvironmentVariable: [],
  Redeployment: ["deployment", "environmentType"],
  ClientMtlsCaCertificate: certificate,
  MtlsBinding: ["certificateName"],
};

export function lastingOutputsOf(type: string): readonly string[] {
  return lastingOutputs[type] ?? [];
}
