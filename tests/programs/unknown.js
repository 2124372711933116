// Inputs that are not known before `up`: they come from another resource.
const { EnvironmentVariable, MtlsBinding, MtlsCertificate } = require("pulumi-zuplo");

const source = new EnvironmentVariable("source", { branch: "main", name: "SOURCE", value: "x" });
new MtlsCertificate("backend", {
  certificate: source.createdOn,
  privateKey: source.createdOn,
  environments: ["production"],
  name: source.createdOn,
});
new MtlsBinding("binding", {
  certificate: source.createdOn,
  privateKey: source.createdOn,
  variable: "BACKEND_MTLS_CERT",
  stages: [{ branches: ["main"] }],
});
