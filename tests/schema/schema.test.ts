import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { contracts } from "../../provider/resources";
import { exampleIn, languages, titles } from "../../provider/schema/examples";
import { readManifest } from "../../provider/schema/manifest";
import { schemaText } from "../../provider/schema/package";
import type { ObjectSpec, PackageSpec, Properties, TypeSpec } from "../../provider/schema/spec";

const root = join(__dirname, "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const schema = JSON.parse(read("schema.json")) as PackageSpec;
const { resources, functions, types, provider, config } = schema;

/** Every table of properties of the schema, with where it stands and which of them are required. */
function* tables(): Generator<{ at: string; properties: Properties; required: readonly string[] }> {
  yield { at: "config", properties: config.variables, required: [] };
  yield { at: "provider", properties: provider.inputProperties, required: [] };
  for (const [token, resource] of Object.entries(resources)) {
    const { inputProperties, requiredInputs = [], properties = {}, required = [] } = resource;
    yield { at: `${token} inputs`, properties: inputProperties, required: requiredInputs };
    yield { at: `${token} outputs`, properties, required };
  }
  for (const [token, { inputs, outputs }] of Object.entries(functions)) {
    yield tableOf(`${token} inputs`, inputs);
    yield tableOf(`${token} outputs`, outputs);
  }
  for (const [token, type] of Object.entries(types)) if (type.type === "object") yield tableOf(token, type);
}

function tableOf(at: string, { properties, required = [] }: ObjectSpec) {
  return { at, properties, required };
}

function* referencesIn({ $ref, items, additionalProperties, oneOf = [] }: TypeSpec): Generator<string> {
  if ($ref !== undefined) yield $ref;
  for (const inner of [items, additionalProperties, ...oneOf]) if (inner) yield* referencesIn(inner);
}

function marked(properties: Properties | undefined, mark: "willReplaceOnChanges" | "replaceOnChanges") {
  return Object.entries(properties ?? {})
    .filter(([, property]) => property[mark] === true)
    .map(([name]) => name)
    .sort();
}

describe("schema.json", () => {
  it("is what the sources say", () => {
    const text = schemaText(readManifest(join(root, "package.json")));
    assert.ok(read("schema.json") === text, "schema.json is stale: write it again with `npm run schema`.");
  });

  it("describes every resource, function, type and property", () => {
    const undescribed = [
      ...Object.entries({ ...resources, ...functions, ...types })
        .filter(([, { description }]) => !description)
        .map(([token]) => token),
      ...[...tables()].flatMap(({ at, properties }) =>
        Object.entries(properties)
          .filter(([, { description }]) => !description)
          .map(([name]) => `${at} ${name}`),
      ),
    ];
    assert.deepEqual(undescribed, []);
  });

  it("keeps keys secret, and no key among the outputs", () => {
    assert.equal(config.variables.apiKey?.secret, true);
    assert.equal(provider.inputProperties.apiKey?.secret, true);
    for (const type of ["MtlsCertificate", "MtlsBinding"]) {
      const { inputProperties, properties } = resources[`zuplo:index:${type}`] ?? assert.fail(type);
      assert.equal(inputProperties.privateKey?.secret, true, type);
      assert.equal(properties?.privateKey, undefined, type);
    }
  });

  it("refers to types that exist, and uses every type that it has", () => {
    const references = [...tables()].flatMap(({ properties }) =>
      Object.values(properties).flatMap(property => [...referencesIn(property)]),
    );
    const own = references.filter(reference => reference !== "pulumi.json#/Any");
    const known = Object.keys(types).map(token => `#/types/${token}`);
    assert.deepEqual([...new Set(own)].sort(), known.sort());
  });

  it("requires only what it has", () => {
    const missing = [...tables()].flatMap(({ at, properties, required }) =>
      required.filter(name => !(name in properties)).map(name => `${at} ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("says what makes a replacement", () => {
    const expected: Record<string, string[]> = {
      MtlsCertificate: ["account", "certificate", "name", "project"],
      EnvironmentVariable: ["account", "branch", "name", "project"],
      Redeployment: ["account", "branch", "deployment", "project"],
    };
    for (const [type, names] of Object.entries(expected)) {
      const { inputProperties, properties } = resources[`zuplo:index:${type}`] ?? assert.fail(type);
      assert.deepEqual(marked(inputProperties, "willReplaceOnChanges"), names, type);
      assert.deepEqual(marked(properties, "replaceOnChanges"), names, type);
    }
  });

  it("takes a length of time as a number or as a text", () => {
    const expected = [{ type: "number" }, { type: "string" }];
    assert.deepEqual(resources["zuplo:index:Redeployment"]?.inputProperties.timeout?.oneOf, expected);
    const { expiresWithin } = functions["zuplo:index:getMtlsCertificates"]?.inputs.properties ?? {};
    assert.deepEqual(expiresWithin?.oneOf, expected);
  });

  it("keeps the resources of a stack that used the dynamic classes", () => {
    for (const { type } of contracts) {
      const expected = [{ type: `pulumi-nodejs:dynamic/zuplo:${type}` }];
      assert.deepEqual(resources[`zuplo:index:${type}`]?.aliases, expected);
    }
  });
});

describe("the examples of the schema", () => {
  it("are there for every resource and data source, in every language", () => {
    for (const name of [...Object.keys(resources), ...Object.keys(functions)].map(
      token => token.split(":")[2],
    )) {
      assert.ok(name !== undefined && name in titles, name);
      for (const { fence } of languages) assert.notEqual(exampleIn(fence, name), "", `${name} in ${fence}`);
    }
  });

  it("name only resources and inputs that exist", () => {
    for (const token of Object.keys(resources)) {
      const yaml = exampleIn("yaml", token.split(":")[2] ?? "");
      const program = parse(yaml) as { resources: Record<string, { type: string; properties: object }> };
      for (const { type, properties } of Object.values(program.resources)) {
        const inputs = resources[type.replace("zuplo:", "zuplo:index:")]?.inputProperties ?? {};
        for (const name of Object.keys(properties)) assert.ok(name in inputs, `${type} ${name}`);
      }
    }
  });
});
