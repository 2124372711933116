import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

const certificate = new zuplo.MtlsCertificate("orders", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client-key.pem" },
  environments: ["production"],
});

const variable = new zuplo.EnvironmentVariable("orders-certificate", {
  branch: "main",
  name: "BACKEND_MTLS_CERT",
  value: certificate.name,
});

const production = new zuplo.Redeployment("production", {
  branch: "main",
  certificates: [certificate.name],
  variables: [{ branch: variable.branch, name: variable.name, value: variable.value }],
  verify: { path: "/health" },
});

export const productionUrl = production.url;
