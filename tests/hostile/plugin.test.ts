import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { type Emulator, startEmulator } from "../../emulator";
import { encode } from "../../provider/adapters/plugin/values";
import { grpc, providerProto, Struct } from "../../provider/adapters/plugin/wire";
import { functionSchemas } from "../../provider/lookups/contracts";
import type { RawInputs } from "../../provider/resources/resource";
import { PluginClient, refusalOf, urnOf, withSecrets } from "../plugin/client";
import { pem } from "../support/rotation";
import { assertClear, marks, nested, nonsense, sentinel } from "./support";

const binary = join(resolve(__dirname, "../.."), "bin", "pulumi-resource-zuplo");
const types = ["MtlsCertificate", "EnvironmentVariable", "Redeployment", "ClientMtlsCaCertificate"];
const functions = Object.keys(functionSchemas);
const callLimitMs = 20_000;

/** The engine's own wire form of anything, marks and all: what `encode` would make safe first. */
function wire(values: unknown) {
  return Struct.fromJavaScript(values as Parameters<typeof Struct.fromJavaScript>[0]);
}

describe("hostile calls of the plugin's process", () => {
  let emulator: Emulator;
  let child: ChildProcess;
  let client: PluginClient;
  let ended: number | null | undefined;
  let complaints = "";

  before(async () => {
    emulator = await startEmulator();
    const env = { ...process.env, ZUPLO_CALL_TIMEOUT: "5" };
    child = spawn(process.execPath, [binary], { stdio: ["ignore", "pipe", "pipe"], env });
    child.once("exit", code => {
      ended = code;
    });
    child.stderr?.on("data", chunk => {
      complaints += chunk;
    });
    const [port] = (await once(
      createInterface({ input: child.stdout as NodeJS.ReadableStream }),
      "line",
    )) as [string];
    client = PluginClient.connect(Number(port));
    await client.configureFor(emulator);
  });

  afterEach(async () => {
    assert.equal(ended, undefined, `the plugin ended:\n${complaints}`);
    assert.doesNotMatch(complaints, /\n\s+at /);
    assert.ok(!complaints.includes(sentinel));
    const alive = await client.check("EnvironmentVariable", { branch: "main", name: "A", value: "1" });
    assert.deepEqual(alive.failures, []);
  });

  after(async () => {
    client.stop();
    child.kill();
    await emulator.stop();
  });

  /** What a call answers, or the sentence that it is refused with; undefined for the latter. */
  async function told<Response>(method: string, request: unknown): Promise<Response | undefined> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => reject(new Error(`${method} did not answer`)), callLimitMs);
    });
    try {
      return await Promise.race([client.call<Response>(method, request), late]);
    } catch (error) {
      const { details } = error as { details?: string };
      if (details === undefined) throw error;
      assertClear(details);
      return undefined;
    } finally {
      clearTimeout(limit);
    }
  }

  interface Failures {
    getFailuresList(): { getReason(): string }[];
  }

  function checkRequest(type: string, news: unknown, olds: unknown) {
    const request = new providerProto.CheckRequest();
    request.setUrn(urnOf(type));
    request.setNews(wire(news));
    request.setOlds(wire(olds));
    return request;
  }

  it("with any arguments are answered, or refused with sentences: check, diff, previews", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), nonsense, nonsense, async (type, news, olds) => {
        const checked = await told<Failures>(
          "check",
          checkRequest(type, { ...news, privateKey: sentinel }, olds),
        );
        for (const failure of checked?.getFailuresList() ?? []) assertClear(failure.getReason());
        const diff = new providerProto.DiffRequest();
        diff.setUrn(urnOf(type));
        diff.setOlds(wire(olds));
        diff.setOldInputs(wire(olds));
        diff.setNews(wire(news));
        await told("diff", diff);
        const create = new providerProto.CreateRequest();
        create.setUrn(urnOf(type));
        create.setProperties(wire(news));
        create.setPreview(true);
        await told("create", create);
        const update = new providerProto.UpdateRequest();
        update.setUrn(urnOf(type));
        update.setOlds(wire(olds));
        update.setNews(wire(news));
        update.setPreview(true);
        await told("update", update);
      }),
      { numRuns: 50 },
    );
    assert.deepEqual(emulator.trace, []);
  });

  it("with any state, id or arguments are answered, or refused with sentences: read, invoke, create", async () => {
    const id = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("a/b/c", "..", "__proto__", "a/../b"));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.constantFrom(...functions),
        id,
        nonsense,
        async (type, name, id, any) => {
          const read = new providerProto.ReadRequest();
          read.setUrn(urnOf(type));
          read.setId(id);
          read.setProperties(wire(any));
          read.setInputs(wire(any));
          await told("read", read);
          const invoke = new providerProto.InvokeRequest();
          invoke.setTok(`zuplo:index:${name}`);
          invoke.setArgs(wire(any));
          const invoked = await told<Failures>("invoke", invoke);
          for (const failure of invoked?.getFailuresList() ?? []) assertClear(failure.getReason());
          const create = new providerProto.CreateRequest();
          create.setUrn(urnOf(type));
          create.setProperties(wire(any));
          await told("create", create);
        },
      ),
      {
        numRuns: 30,
        // A state that somebody has edited: a project, where the resource belongs to the account.
        examples: [
          ["ClientMtlsCaCertificate", "getMtlsCertificate", "", { __imported: "", project: "shop" }],
          ["Redeployment", "getMtlsCertificate", "__proto__", { __imported: "preview" }],
          ["Redeployment", "getMtlsCertificate", "", { deployment: [] }],
        ],
      },
    );
  });

  it("with arguments that are nested deep are refused, however deep", async () => {
    const request = checkRequest("Redeployment", { branch: "main", triggers: nested(60) }, {});
    assert.ok((await told<Failures>("check", request)) !== undefined);
    const deep = checkRequest("Redeployment", { triggers: nested(300) }, {});
    const refusal = await refusalOf(client.call("check", deep));
    assert.match(refusal.details, /nested more than 64 levels deep: give a flatter value\. \[ZUPLO1108\]$/);
    // deeper than the classes can write: the bytes of a list in a list in a list …
    for (const depth of [1000, 3000]) {
      const { code, details } = await rawCall(deepBytes(depth));
      assert.notEqual(code, grpc.status.OK);
      assert.doesNotMatch(details, /\n\s+at /);
    }
  });

  it("with the types, tokens and URNs of every object's prototype are refused", async () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      for (const urn of [urnOf(name), `urn:pulumi:prod::shop::${name}::backend`, name]) {
        const request = new providerProto.CheckRequest();
        request.setUrn(urn);
        assert.match((await refusalOf(client.call("check", request))).details, /has no resource type '/);
      }
      const token = `zuplo:index:${name}`;
      assert.match(
        (await refusalOf(client.invoke(token, {}))).details,
        /There is no function .* It may be one of: get/,
      );
    }
  });

  it("with a secret where a name belongs never quote it, or what is like it", async () => {
    const { certificate, privateKey } = pem(await emulator.authority.issue());
    const good: [string, RawInputs, string][] = [
      ["MtlsCertificate", { certificate, privateKey, environments: ["preview"] }, "name"],
      ["MtlsCertificate", { certificate, privateKey, environments: ["preview"] }, "namePrefix"],
      ["EnvironmentVariable", { branch: "main", value: "1" }, "name"],
    ];
    for (const [type, args, property] of good) {
      const news = withSecrets({ ...args, [property]: `${sentinel}-'x` }, [property]);
      const { failures } = await client.check(type, news);
      const [failure, ...others] = failures;
      assert.deepEqual(others, []);
      assert.match(String(failure?.reason), new RegExp(`^${property} '\\[secret\\]' `));
      assert.doesNotMatch(String(failure?.reason), /SENTINEL/i);
    }
  });

  it("whose secrets stand under names of the prototype keep them, and touch nothing else", async () => {
    const secret = { [marks.signature]: marks.secret, value: sentinel };
    for (const name of ["constructor", "toString", "__proto__", "valueOf"]) {
      const news = JSON.parse(`{"branch":"main","certificates":[],"variables":[]}`) as RawInputs;
      Object.defineProperty(news, name, { value: secret, enumerable: true, configurable: true });
      await told("check", checkRequest("Redeployment", news, { [name]: { [name]: secret } }));
    }
    const { failures } = await client.check("Redeployment", {
      branch: "main",
      certificates: [],
      variables: [],
    });
    assert.deepEqual(failures, []);
  });

  it("to make a component of anything, for an engine that is not there, fail by themselves", async () => {
    const stages = [
      undefined,
      "main",
      [],
      [null],
      [{}],
      [{ branches: 5 }],
      [{ branches: ["main", "main"] }],
      [[]],
    ];
    const endpoints = ["127.0.0.1:1", ""];
    for (const stage of stages) {
      for (const endpoint of endpoints) {
        const request = new providerProto.ConstructRequest();
        request.setType("zuplo:index:MtlsBinding");
        request.setName("backend");
        request.setProject("shop");
        request.setStack("prod");
        request.setMonitorendpoint(endpoint);
        request.setInputs(
          encode({ stages: stage, certificate: sentinel, privateKey: sentinel, variable: 5 }),
        );
        const refusal = await refusalOf(client.call("construct", request));
        assertClear(refusal.details.endsWith(".") ? refusal.details : `${refusal.details}.`);
      }
    }
  });

  it("of messages that are no protobuf, or of methods that there are not, are refused", async () => {
    for (const bytes of [
      Buffer.from([0xff]),
      Buffer.alloc(1000, 0xff),
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    ]) {
      assert.notEqual((await rawCall(bytes)).code, grpc.status.OK);
    }
    assert.equal((await rawCall(Buffer.alloc(0), "Nothing")).code, grpc.status.UNIMPLEMENTED);
  });

  /** A call of bytes that no class would write. */
  function rawCall(bytes: Buffer, method = "Check"): Promise<{ code: number; details: string }> {
    return new Promise(resolve => {
      client.grpc.makeUnaryRequest(
        `/pulumirpc.ResourceProvider/${method}`,
        (given: Buffer) => given,
        (answer: Buffer) => answer,
        bytes,
        error => resolve({ code: error?.code ?? grpc.status.OK, details: error?.details ?? "" }),
      );
    });
  }
});

/** A CheckRequest whose `news` hold lists in lists, `depth` times: length-delimited fields from the inside out. */
function deepBytes(depth: number): Buffer {
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
  let value = field(3, Buffer.from("bottom"));
  for (let level = 0; level < depth; level += 1) value = field(6, field(1, value));
  const entry = Buffer.concat([field(1, Buffer.from("triggers")), field(2, value)]);
  return Buffer.concat([field(1, Buffer.from(urnOf("Redeployment"))), field(3, field(1, entry))]);
}

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}
