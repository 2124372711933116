import { readFileSync } from "node:fs";
import * as zuplo from "pulumi-zuplo/native";

const partners = new zuplo.ClientMtlsCaCertificate("partners", {
  certificate: readFileSync("partners-ca.pem", "utf8"),
});

export const partnersValidTo = partners.validTo;
