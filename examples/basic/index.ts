// A client certificate for one environment: upload it, name it in a variable, redeploy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type EnvironmentType, EnvironmentVariable, MtlsCertificate, Redeployment } from "pulumi-zuplo";

const config = new pulumi.Config();
const branch = config.require("branch");
const certs = config.require("certs");

const certificate = new MtlsCertificate("backend", {
  certificate: readFileSync(join(certs, "client.pem"), "utf8"),
  // The key is read when the certificate is uploaded, and at no other time: it does not enter the state.
  privateKeySource: { file: join(certs, "client-key.pem") },
  environments: [config.require<EnvironmentType>("environment")],
});

// The gateway's code finds the certificate by this variable. Another certificate has another name, so the code stays
// as it is when the certificate is rotated.
const variable = new EnvironmentVariable("backend", {
  branch,
  name: "BACKEND_MTLS_CERT",
  value: certificate.name,
});

// A deployment uses what was there when it was deployed: one redeploy whenever the certificate or the variable changes.
const redeployment = new Redeployment("backend", {
  branch,
  certificates: [certificate.name],
  variables: [{ branch, name: variable.name, value: variable.value }],
  // The run ends well only if this request gets through the new build to the backend.
  verify: { path: "/health" },
});

export const certificateName = certificate.name;
export const validTo = certificate.validTo;
export const url = redeployment.url;
