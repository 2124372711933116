import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

const payments = new zuplo.MtlsBinding("payments", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client-key.pem" },
  variable: "BACKEND_MTLS_CERT",
  stages: [
    { branches: ["staging"], verify: { path: "/health" } },
    { branches: ["main"], verify: { path: "/health" } },
  ],
});

export const paymentsCertificate = payments.certificateName;
