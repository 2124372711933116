// One program for every environment: what differs between them is in Pulumi.<stack>.yaml, and nothing secret is there.
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentType, MtlsBinding } from "pulumi-zuplo";

const config = new pulumi.Config();

const binding = new MtlsBinding("backend", {
  certificate: readFileSync(config.require("certificate"), "utf8"),
  privateKeySource: { file: config.require("privateKey") },
  variable: "BACKEND_MTLS_CERT",
  stages: [
    {
      branches: [config.require("branch")],
      environmentType: config.require<EnvironmentType>("environment"),
      verify: { path: config.require("healthPath") },
    },
  ],
});

export const certificateName = binding.certificateName;
export const validTo = binding.certificate.validTo;
