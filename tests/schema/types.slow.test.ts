// The compiler reads the whole SDK.
import assert from "node:assert/strict";
import { join } from "node:path";
import { refusals } from "./refusals";
import { diagnosticsOf } from "./typescript";

const root = join(__dirname, "../..");
const modules = ["pulumi-zuplo", "pulumi-zuplo/native"];

/** Every name and property that a program of version 0.1.0 could use. */
const earlier = (from: string) => `
import * as pulumi from "@pulumi/pulumi";
import * as zuplo from "${from}";
import type {
  ClientMtlsCaCertificateArgs, EnvironmentType, EnvironmentVariableArgs, Expect, MtlsBindingArgs, MtlsBindingStage,
  MtlsCertificateArgs, Preflight, PrivateKeySource, RedeploymentArgs, RedeploymentVariable, Verify, VerifyMethod,
} from "${from}";

const environments: EnvironmentType[] = ["preview", "production"];
const preflight: Preflight = { url: "https://backend.example.com", caCertificate: pulumi.output("PEM"), timeout: "5s" };
const source: PrivateKeySource = { file: pulumi.output("client-key.pem") };
const certificateArgs: MtlsCertificateArgs = {
  certificate: pulumi.output("PEM"), privateKey: pulumi.secret("KEY"), environments, namePrefix: "backend", preflight,
  warnBefore: 30, onDelete: "retain", others: "redeploy", settle: "1m", account: "acme", project: pulumi.output("shop"),
};
const certificate = new zuplo.MtlsCertificate("certificate", certificateArgs, { protect: true });
new zuplo.MtlsCertificate("sourced", { certificate: "PEM", privateKeySource: source, environments, name: "fixed" });
new zuplo.MtlsCertificate("env", { certificate: "PEM", privateKeySource: { env: "KEY" }, environments });

const variableArgs: EnvironmentVariableArgs = {
  branch: "main", name: "BACKEND", value: certificate.name, isSecret: pulumi.output(false), adopt: false,
};
const variable = new zuplo.EnvironmentVariable("variable", variableArgs);
new zuplo.EnvironmentVariable("left", { branch: "main", name: "OTHER", value: "a", valueOnDelete: "", account: "a", project: "p" });

const method: VerifyMethod = "POST";
const expect: Expect = { body: "\${fingerprint}", headers: { "x-serial": "\${serialNumber}" } };
const verify: Verify = { path: "/health", method, headers: { authorization: pulumi.secret("key") }, status: 204, expect, timeout: 5 };
const used: RedeploymentVariable = { branch: variable.branch, name: variable.name, value: variable.value };
const redeploymentArgs: RedeploymentArgs = {
  branch: "main", certificates: [certificate.name], variables: [used], triggers: { any: [1] }, verify, rollback: true,
  timeout: "10m", environmentType: "production", account: "acme", project: "shop",
};
const redeployment = new zuplo.Redeployment("redeployment", redeploymentArgs, { dependsOn: [variable] });
new zuplo.Redeployment("deployment", { deployment: "shop-1", certificates: [], variables: [], verify: { url: "https://a.example.com" } });

const authorityArgs: ClientMtlsCaCertificateArgs = { certificate: "PEM", name: "partners", onReplace: "delete", account: "acme" };
const authority = new zuplo.ClientMtlsCaCertificate("authority", authorityArgs);

const stage: MtlsBindingStage = { branches: ["staging"], verify: pulumi.output({ path: "/health" }) };
const bindingArgs: MtlsBindingArgs = {
  certificate: "PEM", privateKeySource: { file: "client-key.pem" }, variable: "BACKEND", valueOnDelete: "",
  stages: [stage, { deployments: ["shop-1"], environmentType: "production" }], environments: ["preview", "production"],
  rollback: false, timeout: 60, triggers: pulumi.output("a"), warnBefore: "30d", name: "fixed",
};
const binding = new zuplo.MtlsBinding("binding", bindingArgs, { aliases: [{ name: "old" }] });

const texts: pulumi.Output<string>[] = [
  certificate.name, certificate.fingerprint, certificate.serialNumber, certificate.subject, certificate.issuer,
  certificate.validFrom, certificate.validTo, certificate.createdOn, certificate.updatedOn, certificate.account,
  certificate.project, variable.branch, variable.name, variable.value, variable.createdOn, variable.updatedOn,
  variable.account, variable.project, redeployment.deployment, redeployment.url, redeployment.environmentType,
  redeployment.buildId, redeployment.deployedOn, redeployment.account, redeployment.project, authority.name,
  authority.fingerprint, authority.serialNumber, authority.subject, authority.issuer, authority.validFrom,
  authority.validTo, authority.createdOn, authority.updatedOn, authority.account, binding.certificateName,
];
const types: pulumi.Output<EnvironmentType[]> = certificate.environments;
export const all = [texts, types, binding.certificate.id, binding.variables.length, binding.redeployments.length];
`;

const reading = `
import * as zuplo from "pulumi-zuplo/native";

const provider = new zuplo.Provider("other", { apiKey: "key", account: "acme", project: "shop", endpoint: "https://dev.zuplo.com" });
const existing = zuplo.MtlsCertificate.get("existing", "cert_1", { project: "shop" }, { provider });
zuplo.EnvironmentVariable.get("existing", "main/TOKEN");
zuplo.Redeployment.get("existing", "shop-1", {}, { provider });
export const all = [
  existing.certificate, zuplo.getMtlsCertificate({ name: "a" }), zuplo.getMtlsCertificateOutput({ name: existing.name }),
  zuplo.getMtlsCertificates({ expiresWithin: "30d" }), zuplo.getDeployments(), zuplo.getEnvironments({ project: "shop" }),
];
`;

describe("the types", () => {
  it("take every program of the last version", () => {
    const programs = modules.map(from => [from.replace("/", "-"), earlier(from)] as const);
    assert.deepEqual(diagnosticsOf(root, { ...Object.fromEntries(programs), reading }), []);
  });

  for (const from of modules) {
    it(`of ${from} refuse what the checks refuse`, () => {
      const sources = Object.entries(refusals).map(([, text], index) => [
        `refusal-${index}`,
        `import * as zuplo from "${from}";\n${text}\n`,
      ]);
      const found = diagnosticsOf(root, Object.fromEntries(sources));
      for (const [index, what] of Object.keys(refusals).entries()) {
        const own = found.filter(text => text.includes(`refusal-${index}.example.ts`));
        assert.equal(own.length, 1, `${what}: ${own.join("\n") || "is taken"}`);
      }
    });
  }
});
