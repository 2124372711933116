/** What the checks refuse, and the compiler has to, with the classes `zuplo`. */
export const refusals: Record<string, string> = {
  "a private key from a file and from the environment": `new zuplo.MtlsCertificate("a", {
    certificate: "PEM", environments: ["preview"], privateKeySource: { file: "a", env: "B" } });`,
  "a private key and a source of it": `new zuplo.MtlsCertificate("a", {
    certificate: "PEM", environments: ["preview"], privateKey: "KEY", privateKeySource: { env: "B" } });`,
  "no private key": `new zuplo.MtlsCertificate("a", { certificate: "PEM", environments: ["preview"] });`,
  "no private key of a binding": `new zuplo.MtlsBinding("a", {
    certificate: "PEM", variable: "A", stages: [{ branches: ["main"] }] });`,
  "an environment type that does not exist": `new zuplo.MtlsCertificate("a", {
    certificate: "PEM", privateKey: "KEY", environments: ["staging"] });`,
  "a redeployment of nothing": `new zuplo.Redeployment("a", { certificates: [], variables: [] });`,
  "a redeployment by branch and by deployment": `new zuplo.Redeployment("a", {
    branch: "main", deployment: "shop-1", certificates: [], variables: [] });`,
  "a verification without an address": `new zuplo.Redeployment("a", {
    branch: "main", certificates: [], variables: [], verify: { status: 200 } });`,
  "an argument that does not exist": `new zuplo.EnvironmentVariable("a", {
    branch: "main", name: "A", value: "a", secret: true });`,
};
