const certificate = ["name", "fingerprint", "serialNumber", "subject", "issuer", "validFrom", "validTo"];

/** Properties that a resource has as long as it exists, besides its required inputs; by type. */
const lastingOutputs: Record<string, readonly string[]> = {
  MtlsCertificate: [...certificate, "account", "project"],
  EnvironmentVariable: ["account", "project"],
  Redeployment: ["deployment", "environmentType", "account", "project"],
  ClientMtlsCaCertificate: [...certificate, "account"],
  MtlsBinding: ["certificateName"],
};

export function lastingOutputsOf(type: string): readonly string[] {
  return lastingOutputs[type] ?? [];
}
