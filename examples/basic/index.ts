// A client certificate in one environment: uploaded, named in a variable, in use after one redeploy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentType, MtlsBinding } from "pulumi-zuplo";

const config = new pulumi.Config();
const certs = config.require("certs");

const binding = new MtlsBinding("backend", {
  certificate: readFileSync(join(certs, "client.pem"), "utf8"),
  // The key is read when the certificate is uploaded, and at no other time: it does not enter the state.
  privateKeySource: { file: join(certs, "client-key.pem") },
  // The gateway's code finds the certificate by this variable. Another certificate has another name, so the code stays
  // as it is when the certificate is rotated.
  variable: "BACKEND_MTLS_CERT",
  stages: [
    {
      branches: [config.require("branch")],
      environmentType: config.require<EnvironmentType>("environment"),
      // The run ends well only if this request gets through the new build to the backend.
      verify: { path: "/health" },
    },
  ],
});

export const certificateName = binding.certificateName;
export const validTo = binding.certificate.validTo;
export const url = binding.redeployments[0]?.url;
