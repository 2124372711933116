// A rotation with the dynamic classes: one binding over all branches, which change side by side.
const { readFileSync } = require("node:fs");
const { MtlsBinding } = require("pulumi-zuplo");

const { branches } = JSON.parse(readFileSync("inputs.json", "utf8"));
new MtlsBinding("backend", {
  certificate: readFileSync("client.pem", "utf8"),
  privateKeySource: { file: "client.key" },
  variable: "BACKEND_MTLS_CERT",
  stages: [{ branches, verify: { path: "/health" } }],
});
