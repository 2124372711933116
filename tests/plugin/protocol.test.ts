import assert from "node:assert/strict";
import { type Emulator, startEmulator } from "../../emulator";
import { parseUrn } from "../../provider/adapters/plugin/urn";
import { encode } from "../../provider/adapters/plugin/values";
import { Empty, grpc, providerProto } from "../../provider/adapters/plugin/wire";
import { unknown } from "../../provider/resources/resource";
import { version } from "../../provider/version";
import { PluginClient, refusalOf, secretKeys, urnOf, withSecrets } from "./client";

const { status } = grpc;

describe("the plugin's protocol", () => {
  let emulator: Emulator;
  let client: PluginClient;

  before(async () => {
    // A build takes longer than any test.
    emulator = await startEmulator({ deployMs: 60_000 });
  });

  after(() => emulator.stop());

  beforeEach(async () => {
    client = await PluginClient.start();
  });

  afterEach(() => client.stop());

  it("shakes hands, says its version, and gives its schema", async () => {
    const handshake = await client.call<InstanceType<typeof providerProto.ProviderHandshakeResponse>>(
      "handshake",
      new providerProto.ProviderHandshakeRequest(),
    );
    assert.deepEqual(handshake.toObject(), {
      acceptSecrets: true,
      acceptResources: true,
      acceptOutputs: true,
      supportsAutonamingConfiguration: false,
    });
    const info = await client.call<{ getVersion(): string }>("getPluginInfo", new Empty());
    assert.equal(info.getVersion(), version);
    const request = new providerProto.GetSchemaRequest();
    const schema = await client.call<{ getSchema(): string }>("getSchema", request);
    const { name, resources } = JSON.parse(schema.getSchema()) as { name: string; resources: object };
    assert.equal(name, "zuplo");
    assert.ok("zuplo:index:MtlsCertificate" in resources);
    request.setVersion(1);
    assert.equal((await refusalOf(client.call("getSchema", request))).code, status.INVALID_ARGUMENT);
  });

  it("checks its configuration: wrong, missing, unknown and secret settings", async () => {
    const good = await client.checkConfig({
      apiKey: "zpka_1",
      account: "acme",
      project: unknown,
      version: "0.1.0",
    });
    assert.deepEqual(good.failures, []);
    assert.deepEqual(secretKeys(good), ["apiKey"]);
    assert.equal(good.values.project, unknown);
    assert.deepEqual((await client.checkConfig({})).failures, []);
    const bad = await client.checkConfig(
      withSecrets({ apiKey: "zpka_1", endpoint: "http://example.com", acount: "acme", project: 5 }, [
        "apiKey",
      ]),
    );
    const text = bad.failures.map(({ reason }) => reason).join("\n");
    assert.match(text, /acount is an unknown setting; expected one of: apiKey, account, project, endpoint/);
    assert.match(text, /project must be a string/);
    assert.match(text, /zuplo:endpoint .*would send the API key in the clear.*\[ZUPLO1005\]/);
    assert.doesNotMatch(text, /zpka_1/);
  });

  it("never asks for a replacement of the provider", async () => {
    const request = new providerProto.DiffRequest();
    request.setOlds(encode({ apiKey: "one", account: "acme" }));
    request.setOldInputs(encode({ apiKey: "one", account: "acme" }));
    request.setNews(encode({ apiKey: "two", account: "other", project: "shop" }));
    const diff = await client.call<InstanceType<typeof providerProto.DiffResponse>>("diffConfig", request);
    assert.deepEqual(diff.getDiffsList(), ["apiKey", "account", "project"]);
    assert.deepEqual(diff.getReplacesList(), []);
  });

  it("answers nothing before it is configured", async () => {
    const refusal = await refusalOf(
      client.create("EnvironmentVariable", { branch: "main", name: "A", value: "1" }),
    );
    assert.equal(refusal.code, status.FAILED_PRECONDITION);
  });

  it("may be configured a second time: the same settings keep what is known, others are used at once", async () => {
    const response = await client.configureFor(emulator);
    assert.deepEqual(
      [
        response.getAcceptsecrets(),
        response.getAcceptresources(),
        response.getAcceptoutputs(),
        response.getSupportspreview(),
      ],
      [true, true, true, true],
    );
    await client.invoke("zuplo:index:getDeployments", {});
    await client.configureFor(emulator);
    emulator.clearTrace();
    await client.invoke("zuplo:index:getDeployments", {});
    assert.deepEqual(emulator.trace, []);
    await client.configureFor(emulator, { project: "another" });
    const refusal = await refusalOf(client.invoke("zuplo:index:getDeployments", {}));
    assert.match(refusal.details, /list deployments of project 'another'.*\(HTTP 404\)/);
  });

  for (const [title, other] of [
    ["endpoint", { endpoint: "http://127.0.0.1:1" }],
    ["API key", { apiKey: "zpka_of_somebody_else" }],
  ] as const)
    it(`refuses another ${title} within one run, and goes on with its own`, async () => {
      // given
      await client.configureFor(emulator);
      // when
      const refusal = await refusalOf(client.configureFor(emulator, other));
      // then
      assert.equal(refusal.code, status.FAILED_PRECONDITION);
      assert.match(refusal.details, /another endpoint or API key.* \[ZUPLO1902\]$/);
      assert.doesNotMatch(refusal.details, /zpka/);
      await client.invoke("zuplo:index:getDeployments", {});
    });

  it("takes another endpoint and key when an engine attaches, which begins another run", async () => {
    await client.configureFor(emulator, { endpoint: "http://127.0.0.1:1", apiKey: "zpka_of_a_run_before" });
    const request = new providerProto.ProviderHandshakeRequest();
    request.setEngineAddress("127.0.0.1:1");
    await client.call("handshake", request);
    await client.configureFor(emulator);
    await client.invoke("zuplo:index:getDeployments", {});
  });

  describe("with an API key in its environment", () => {
    const before = { ...process.env };

    beforeEach(() => {
      process.env.ZUPLO_API_KEY = emulator.apiKey;
    });

    afterEach(() => {
      process.env = { ...before };
    });

    const settings = () => ({ account: emulator.account, project: emulator.project });

    it("does not send it to an endpoint that whoever configures it has named", async () => {
      // given
      emulator.clearTrace();
      const endpoint = emulator.apiUrl;
      const { failures } = await client.checkConfig({ ...settings(), endpoint });
      assert.match(String(failures[0]?.reason), /ZUPLO_API_KEY is not sent to an endpoint/);
      // when
      for (const apiKey of [unknown, "", " ", 5]) {
        const other = await PluginClient.start();
        await other.configure({ ...settings(), endpoint, apiKey });
        await refusalOf(other.invoke("zuplo:index:getDeployments", {}));
        other.stop();
      }
      await client.configure({ ...settings(), endpoint });
      const refusal = await refusalOf(client.invoke("zuplo:index:getDeployments", {}));
      const args = { branch: "main", name: "A", value: "1" };
      const checked = await client.check("EnvironmentVariable", args);
      // then
      assert.match(refusal.details, /zuplo:apiKey is not set, and ZUPLO_API_KEY is not sent to an endpoint/);
      assert.match(checked.failures.map(({ reason }) => reason).join(), /ZUPLO_API_KEY is not sent/);
      assert.deepEqual(emulator.trace, []);
    });

    it("sends it to the endpoint of its environment, whoever repeats that", async () => {
      process.env.ZUPLO_DEVELOPER_API_ENDPOINT = emulator.apiUrl;
      await client.configure({ ...settings(), endpoint: `${emulator.apiUrl}/` });
      await client.invoke("zuplo:index:getDeployments", {});
    });

    it("sends a key that comes with the endpoint", async () => {
      process.env.ZUPLO_API_KEY = "zpka_of_the_environment";
      await client.configureFor(emulator);
      await client.invoke("zuplo:index:getDeployments", {});
    });
  });

  it("says in a check which setting is missing", async () => {
    await client.configure({ endpoint: emulator.apiUrl });
    const { failures } = await client.check("EnvironmentVariable", { branch: "main", name: "A", value: "1" });
    const text = failures.map(({ reason }) => reason).join("\n");
    assert.match(text, /zuplo:apiKey is not set/);
    assert.match(text, /project is not set/);
  });

  it("refuses types, functions and methods that it does not have", async () => {
    await client.configureFor(emulator);
    const other = await refusalOf(client.check("Gateway", {}));
    assert.deepEqual(
      [other.code, /no resource type 'zuplo:index:Gateway'/.test(other.details)],
      [status.INVALID_ARGUMENT, true],
    );
    const noFunction = await refusalOf(client.invoke("zuplo:index:getGateways", {}));
    assert.match(noFunction.details, /There is no function 'getGateways'/);
    for (const [method, request] of [
      ["call", new providerProto.CallRequest()],
      ["parameterize", new providerProto.ParameterizeRequest()],
    ] as const) {
      assert.equal((await refusalOf(client.call(method, request))).code, status.UNIMPLEMENTED, method);
    }
    await client.call("getMapping", new providerProto.GetMappingRequest());
    const request = new providerProto.CheckRequest();
    request.setUrn("no URN");
    assert.equal((await refusalOf(client.call("check", request))).code, status.INVALID_ARGUMENT);
  });

  it("ends a wait within a second when it is cancelled, and says how to go on", async () => {
    await client.configureFor(emulator);
    const inputs = { branch: "main", certificates: [], variables: [] };
    const waiting = refusalOf(client.create("Redeployment", inputs));
    while (!emulator.trace.some(entry => entry.kind === "deployment.deploy")) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    const startedAt = performance.now();
    await client.call("cancel", new Empty());
    const refusal = await waiting;
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed < 1000, `took ${elapsed} ms`);
    assert.equal(refusal.code, status.CANCELLED);
    assert.match(refusal.details, /cancelled.*\n?.*un the same command again to go on/s);
    const later = await refusalOf(
      client.create("EnvironmentVariable", { branch: "main", name: "A", value: "1" }),
    );
    assert.equal(later.code, status.CANCELLED);
  });

  it("answers 64 calls at once", async () => {
    await client.configureFor(emulator);
    const numbers = Array.from({ length: 64 }, (_, index) => index);
    const ids = await Promise.all(
      numbers.map(async index => {
        const inputs = { branch: "main", name: `VARIABLE_${index}`, value: String(index) };
        const { failures, ...checked } = await client.check("EnvironmentVariable", inputs);
        assert.deepEqual(failures, []);
        return (await client.create("EnvironmentVariable", checked)).id;
      }),
    );
    assert.deepEqual(
      ids,
      numbers.map(index => `main/VARIABLE_${index}`),
    );
    assert.equal(emulator.variables("main").VARIABLE_63, "63");
  });

  it("knows a resource by the last type of its URN, and by a name with separators", async () => {
    assert.deepEqual(
      parseUrn("urn:pulumi:prod::shop::zuplo:index:MtlsBinding$zuplo:index:Redeployment::a::b"),
      {
        type: "zuplo:index:Redeployment",
        identity: { project: "shop", stack: "prod", parents: "zuplo:index:MtlsBinding", resource: "a::b" },
      },
    );
    assert.equal(parseUrn("urn:pulumi:prod"), undefined);
    assert.equal(parseUrn(urnOf("MtlsCertificate"))?.identity.resource, "backend");
  });
});
