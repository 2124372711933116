import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as dynamic from "../../sdk";
import * as native from "../../sdk/native";

interface Seen {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  id: string | undefined;
}

describe("the native classes", () => {
  const seen: Seen[] = [];
  const calls: { token: string; inputs: unknown }[] = [];

  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs, id }) => {
        seen.push({ type, name, inputs, id });
        return { id: `${name}-id`, state: { name, ...inputs } };
      },
      call: ({ token, inputs }) => {
        calls.push({ token, inputs });
        return { deployments: [{ name: "staging-1", branch: "staging", environmentType: "preview" }] };
      },
    });
  });

  beforeEach(() => {
    seen.length = 0;
    calls.length = 0;
  });

  it("hand over secrets as secrets", async () => {
    const certificate = new native.MtlsCertificate("certificate", {
      certificate: "PEM",
      privateKey: "KEY",
      environments: ["preview"],
    });
    const variable = new native.EnvironmentVariable("variable", {
      branch: "main",
      name: "TOKEN",
      value: "VALUE",
      isSecret: pulumi.output(true),
    });
    await resolved(certificate.urn, variable.urn);
    const key = (certificate as unknown as { privateKey: pulumi.Output<string> }).privateKey;
    assert.equal(await pulumi.isSecret(key), true);
    assert.equal(await pulumi.isSecret(variable.value), true);
  });

  it("make the same children of a binding as the dynamic ones", async () => {
    const stages = [{ branches: ["staging", "next"] }, { branches: ["main"] }];
    const args = { certificate: "PEM", privateKeySource: { env: "KEY" }, variable: "BACKEND", stages };
    const placesOf = async (binding: dynamic.MtlsBinding | native.MtlsBinding) =>
      (await urnsOf(binding)).map(urn => urn.replace("pulumi-nodejs:dynamic/zuplo:", "zuplo:index:"));
    const places = await placesOf(new native.MtlsBinding("same", args));
    assert.deepEqual(places, await placesOf(new dynamic.MtlsBinding("same", args)));
    assert.equal(places.length, 7);
    assert.match(places[0] ?? "", /::zuplo:index:MtlsBinding\$zuplo:index:MtlsCertificate::same$/);
  });

  it("hand over what a binding says of its certificate", async () => {
    const certificate = { certificate: "PEM", privateKeySource: { env: "KEY" }, settle: "1m" };
    const args = { ...certificate, variable: "BACKEND", stages: [{ branches: ["main"] }] };
    await urnsOf(new native.MtlsBinding("native", args));
    await urnsOf(new dynamic.MtlsBinding("dynamic", args));
    const told = seen.filter(({ inputs }) => inputs.certificate !== undefined);
    assert.deepEqual(
      told.map(({ inputs }) => inputs.settle),
      ["1m", "1m"],
    );
  });

  it("hand what the variables of a binding are left with to them, and to nothing else", async () => {
    const stages = [{ branches: ["staging"] }, { branches: ["main"] }];
    const args = { certificate: "PEM", privateKeySource: { env: "KEY" }, variable: "BACKEND", stages };
    for (const { MtlsBinding } of [native, dynamic])
      await urnsOf(new MtlsBinding("backend", { ...args, valueOnDelete: "" }));
    const given = seen.filter(({ inputs }) => inputs.valueOnDelete !== undefined);
    assert.deepEqual(
      given.map(({ inputs }) => [inputs.name, inputs.branch, inputs.valueOnDelete]),
      [...stages, ...stages].map(({ branches }) => ["BACKEND", branches[0], ""]),
    );
  });

  it("ask the plugin for the deployments that a binding names", async () => {
    const binding = new native.MtlsBinding("backend", {
      certificate: "PEM",
      privateKeySource: { file: "client.key" },
      variable: "BACKEND_CERTIFICATE",
      stages: [{ deployments: ["staging-1"] }, { branches: ["main"] }],
      project: "shop",
    });
    await urnsOf(binding);
    assert.deepEqual(calls, [{ token: "zuplo:index:getDeployments", inputs: { project: "shop" } }]);
    const [certificate] = seen.filter(({ type }) => type === "zuplo:index:MtlsCertificate");
    assert.deepEqual(certificate?.inputs.environments, ["preview", "production"]);
    const variables = seen.filter(({ type }) => type === "zuplo:index:EnvironmentVariable");
    assert.deepEqual(variables.map(({ inputs }) => inputs.branch).sort(), ["main", "staging"]);
  });

  it("read what exists by its id", async () => {
    await resolved(
      native.MtlsCertificate.get("existing", "cert_1").urn,
      native.EnvironmentVariable.get("existing", "main/TOKEN").urn,
      native.Redeployment.get("existing", "staging-1").urn,
    );
    assert.deepEqual(seen.map(({ id }) => id).sort(), ["cert_1", "main/TOKEN", "staging-1"]);
  });

  it("ask for the data sources by their tokens", async () => {
    await native.getMtlsCertificate({ name: "backend" });
    await native.getMtlsCertificates({ expiresWithin: "30d" });
    await native.getEnvironments();
    await resolved(native.getDeploymentsOutput({ project: pulumi.output("shop") }));
    assert.deepEqual(calls, [
      { token: "zuplo:index:getMtlsCertificate", inputs: { name: "backend" } },
      { token: "zuplo:index:getMtlsCertificates", inputs: { expiresWithin: "30d" } },
      { token: "zuplo:index:getEnvironments", inputs: {} },
      { token: "zuplo:index:getDeployments", inputs: { project: "shop" } },
    ]);
  });
});

function urnsOf({ certificate, variables, redeployments }: dynamic.MtlsBinding | native.MtlsBinding) {
  return resolved(...[certificate, ...variables, ...redeployments].map(({ urn }) => urn));
}

function resolved<T>(...outputs: pulumi.Output<T>[]): Promise<T[]> {
  return new Promise(resolve => {
    pulumi.all(outputs).apply(values => resolve(values as T[]));
  });
}
