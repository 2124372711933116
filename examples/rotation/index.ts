// A client certificate in three environments. Whenever client.pem holds another one, `pulumi up` rotates it: staging
// first, production last, and each only when the one before it was seen to work.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MtlsBinding } from "pulumi-zuplo";

const certs = new pulumi.Config().require("certs");

/** The gateway's route to the backend that asks for the certificate: it answers 200 only if the certificate is good. */
const verify = { path: "/health" };

const binding = new MtlsBinding("backend", {
  certificate: readFileSync(join(certs, "client.pem"), "utf8"),
  privateKeySource: { file: join(certs, "client-key.pem") },
  // What the gateway's code reads the certificate's name from.
  variable: "BACKEND_MTLS_CERT",
  stages: [
    { branches: ["staging"], verify },
    { branches: ["canary"], verify },
    { branches: ["main"], verify },
  ],
});

export const certificateName = binding.certificateName;
export const validTo = binding.certificate.validTo;
