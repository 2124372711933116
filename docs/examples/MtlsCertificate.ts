import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

const warehouse = new zuplo.MtlsCertificate("warehouse", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client-key.pem" },
  environments: ["preview", "production"],
});

export const warehouseCertificate = warehouse.name;
