/** What `pulumi import` takes for each resource, which the schema does not say. */
export const importTexts: Record<string, { id: string; forms: string; note: string }> = {
  MtlsCertificate: {
    id: "cert_1234",
    forms: "Zuplo's own or the name of the certificate, or `account/project/ID`",
    note: "Zuplo gives neither the PEM nor the key back: where the program's PEM has the same serial number, issuer and dates, there is no difference, and the key is not read.",
  },
  EnvironmentVariable: {
    id: "main/BACKEND_URL",
    forms: "`branch/NAME`, or `account/project/branch/NAME`",
    note: "The program's value is taken for the one it has. A refresh after the first `up` shows where it has another one, unless it is secret.",
  },
  Redeployment: {
    id: "shop-main-1a2b3c4",
    forms: "the name of the deployment, or `account/project/NAME`",
    note: "Nothing is redeployed until the certificates, variables or triggers of the program change.",
  },
  ClientMtlsCaCertificate: {
    id: "partners",
    forms: "Zuplo's own or the name of the certificate, or `account/ID`",
    note: "Zuplo does not give the PEM back: the program's own is taken for it.",
  },
};
