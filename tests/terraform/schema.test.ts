import assert from "node:assert/strict";
import {
  type Attribute,
  type AttributeType,
  attributesOf,
  writeOnlyOf,
} from "../../provider/adapters/terraform/attributes";
import { snake } from "../../provider/adapters/terraform/names";
import { provider } from "../../provider/adapters/terraform/provider";
import { served } from "../../provider/adapters/terraform/served";
import { resources } from "../../provider/resources";
import { argumentsOf, outputsOf } from "../../provider/resources/contract";

/** Every attribute of a list, those of nested objects among them. */
function all(attributes: readonly Attribute[]): Attribute[] {
  const inside = (type: AttributeType): Attribute[] => {
    if (type.kind === "object") return all(type.attributes);
    return "of" in type ? inside(type.of) : [];
  };
  return attributes.flatMap(attribute => [attribute, ...inside(attribute.type)]);
}

describe("Terraform's schema", () => {
  const schema = () => provider({ isAlive: async () => true }).GetProviderSchema({});

  it("has a resource for each of the core's, a data source for each lookup, and the functions", async () => {
    const { resourceSchemas = {}, dataSourceSchemas = {}, functions = {}, diagnostics } = await schema();
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(Object.keys(resourceSchemas).sort(), [
      "zuplo_client_mtls_ca_certificate",
      "zuplo_environment_variable",
      "zuplo_mtls_binding",
      "zuplo_mtls_certificate",
      "zuplo_redeployment",
    ]);
    assert.deepEqual(Object.keys(dataSourceSchemas).sort(), [
      "zuplo_client_mtls_ca_certificate",
      "zuplo_client_mtls_ca_certificates",
      "zuplo_deployments",
      "zuplo_environments",
      "zuplo_mtls_certificate",
      "zuplo_mtls_certificates",
    ]);
    assert.deepEqual(Object.keys(functions).sort(), ["certificate_name", "fingerprint", "parse_certificate"]);
  });

  for (const { contract } of served) {
    it(`tells everything of ${contract.type}, and nothing hidden`, () => {
      const attributes = attributesOf(contract);
      const twins = writeOnlyOf(contract).flatMap(({ twin, version }) => [twin, version ?? twin]);
      const expected = new Set(["id", ...argumentsOf(contract), ...outputsOf(contract), ...twins]);
      assert.deepEqual(new Set(attributes.map(({ property }) => property)), expected);
      for (const attribute of all(attributes)) {
        const { name, description, required, optional, computed } = attribute;
        assert.match(name, /^[a-z][a-z0-9_]*$/);
        assert.equal(name, snake(attribute.property));
        assert.ok(description.length > 5, name);
        assert.doesNotMatch(description, /pulumi/i);
        // As the engine wants it.
        assert.ok(required ? !optional && !computed : optional || computed, name);
      }
    });
  }

  it("spells names in words as they are written in a configuration", async () => {
    const { resourceSchemas = {} } = await schema();
    const described = JSON.stringify(resourceSchemas);
    for (const name of ["privateKeySource", "valueOnDelete", "MtlsCertificate", "isSecret"])
      assert.ok(!described.includes(name), name);
  });

  const find = (type: keyof typeof resources, name: string) =>
    attributesOf(resources[type].contract).find(attribute => attribute.name === name);

  it("takes a certificate's key and a secret variable's value so that no state holds them", () => {
    assert.deepEqual(writeOnlyOf(resources.MtlsCertificate.contract), [
      { property: "privateKey", twin: "privateKeyWo" },
    ]);
    assert.equal(find("MtlsCertificate", "private_key")?.sensitive, true);
    assert.equal(find("MtlsCertificate", "private_key_wo")?.writeOnly, true);
    const value = find("EnvironmentVariable", "value");
    assert.equal(value?.required, undefined);
    assert.equal(value?.optional, true);
    assert.equal(find("EnvironmentVariable", "value_wo")?.writeOnly, true);
    assert.deepEqual(find("EnvironmentVariable", "value_wo_version")?.type, { kind: "number" });
  });

  it("has the types that fit: sets of choices, lists in an order, lengths of time as texts", () => {
    assert.equal(find("MtlsCertificate", "environments")?.type.kind, "set");
    assert.equal(find("Redeployment", "certificates")?.type.kind, "list");
    assert.equal(find("Redeployment", "variables")?.type.kind, "list");
    assert.equal(find("Redeployment", "timeout")?.type.kind, "string");
    assert.equal(find("Redeployment", "triggers")?.type.kind, "map");
    assert.equal(find("MtlsCertificate", "private_key_source")?.type.kind, "object");
  });
});
