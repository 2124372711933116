import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { createAuthority } from "../../emulator/pki";
import { ZuploClient } from "../../provider/api/client";
import { RateLimited, Unavailable, ZuploError } from "../../provider/api/errors";
import type { Limits } from "../../provider/api/limits";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import type { Context } from "../../provider/resources/resource";
import { Session } from "../../provider/session";
import { Secret } from "../../provider/text/secret";
import { identity, RecordingLogger } from "../support/core";
import { type Answer, body, endless, type HostileServer, startServer } from "./server";
import { assertClear, assertUnpolluted, marks, nested, sentinel, value } from "./support";

const callTimeoutMs = 400;
const scope = { account: "acme", project: "shop" };
const mebibyte = 1024 * 1024;

const certificate = (id: unknown = "cert_1", name: unknown = "backend") => ({
  id,
  name,
  certificateInfo: { subject: "CN=a", issuer: "CN=b", validFrom: "", validTo: "", serialNumber: "01" },
  environments: { development: false, preview: true, production: true },
});

describe("a hostile answer of the API", () => {
  let server: HostileServer;
  let answer: Answer;
  let client: ZuploClient;

  before(async () => {
    server = await startServer((request, response) => answer(request, response));
    client = new ZuploClient({ endpoint: server.url, apiKey: new Secret(sentinel), callTimeoutMs });
  });

  after(() => server.stop());

  beforeEach(() => {
    server.requests.length = 0;
  });

  /** Every call that reads an answer, and what they are told: success, or a sentence. */
  const everyCall = (): Promise<unknown>[] => [
    client.whoAmI(),
    client.listCertificates(scope),
    client.getCertificate(scope, "cert_1"),
    client.createCertificate(scope, {
      name: "backend",
      certificate: "",
      key: new Secret(sentinel),
      environments: [],
    }),
    client.updateCertificate(scope, "cert_1", "backend", ["preview"]),
    client.deleteCertificate(scope, "cert_1", "backend"),
    client.createVariable(scope, "main", { name: "TOKEN", value: sentinel, isSecret: true }),
    client.updateVariable(scope, "main", { name: "TOKEN", value: sentinel, isSecret: true }),
    client.listDeployments(scope),
    client.getDeployment("shop-main"),
    client.redeploy("shop-main"),
    client.listEnvironments(scope),
    client.listCaCertificates("acme"),
    client.createCaCertificate("acme", { name: "ca", certificate: "" }),
    client.renameCaCertificate("acme", "ca_1", "other"),
    client.deleteCaCertificate("acme", "ca_1", "ca"),
  ];

  async function assertAllClear(): Promise<void> {
    for (const { status, ...settled } of await Promise.allSettled(everyCall())) {
      if (status === "fulfilled") continue;
      const { reason } = settled as PromiseRejectedResult;
      assert.ok(reason instanceof ZuploError, String(reason));
      assertClear(reason.message);
    }
    assertUnpolluted();
  }

  async function refusal(call: Promise<unknown>): Promise<string> {
    const error = await call.then(
      () => assert.fail("the answer was accepted"),
      (error: unknown) => error,
    );
    assert.ok(error instanceof Unavailable, String(error));
    assertClear(error.message);
    return error.message;
  }

  it("of any JSON, status and content type is success or a sentence, from every call", async () => {
    const field = fc.constantFrom(
      "data",
      "id",
      "name",
      "account",
      "limit",
      "offset",
      "title",
      "detail",
      "message",
    );
    const object = fc
      .array(fc.tuple(fc.oneof(field, fc.constant("__proto__")), value), { maxLength: 6 })
      .map(entries => Object.fromEntries(entries) as unknown);
    const page = fc.record({ data: fc.array(fc.oneof(object, fc.constant(certificate()))), limit: value });
    const type = fc.constantFrom(
      "application/json",
      "text/html",
      "text/plain",
      "application/octet-stream",
      "",
    );
    const status = fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 409, 418, 422);
    const seen = fc.tuple(fc.oneof(value, object, page), status, type);
    await fc.assert(
      fc.asyncProperty(seen, async ([json, status, type]) => {
        answer = body(status === 204 ? "" : JSON.stringify(json), { "content-type": type }, status);
        await assertAllClear();
      }),
      { numRuns: 25 },
    );
  });

  it("that repeats what it was sent never shows it", async () => {
    const echo = JSON.stringify(sentinel);
    const spellings = [
      sentinel,
      echo,
      JSON.stringify(echo),
      Buffer.from(sentinel).toString("base64"),
      `${"x".repeat(490)}${sentinel}`,
      `${"x ".repeat(245)}${sentinel}`,
      `Authorization: Bearer ${sentinel}\r\n\u001b[2J`,
    ];
    for (const status of [400, 401]) {
      for (const detail of spellings) {
        answer = body(JSON.stringify({ title: detail, detail, message: detail }), {}, status);
        await assertAllClear();
      }
    }
  });

  it("that repeats a value of several lines never shows one of them", async () => {
    const lines = ["the first secret line", "the second secret line"];
    const variable = { name: "TOKEN", value: lines.join("\n"), isSecret: true };
    for (const detail of [lines.join("\n"), lines.join("\r\n"), `'${lines[1]}' is too long`]) {
      answer = body(JSON.stringify({ detail }), {}, 422);
      await assert.rejects(client.createVariable(scope, "main", variable), ({ message }: Error) => {
        assert.doesNotMatch(message, /secret line/);
        return true;
      });
    }
  });

  it("that is nested a million levels deep is refused", async () => {
    const levels = 1_000_000;
    answer = body("[".repeat(levels) + "]".repeat(levels));
    assert.match(await refusal(client.listCertificates(scope)), /lacks what is documented/);
    answer = body(JSON.stringify({ data: nested(2000) }));
    assert.match(await refusal(client.listCertificates(scope)), /lacks what is documented/);
  });

  const tooLong: [string, Answer][] = [
    ["without an end", endless(Buffer.alloc(64 * 1024, " "))],
    ["of a gzip bomb", body(gzipSync(Buffer.alloc(200 * mebibyte, " ")), { "content-encoding": "gzip" })],
  ];
  for (const [title, spoiled] of tooLong) {
    it(`${title} is read up to 10 MiB, once`, async () => {
      answer = spoiled;
      const patient = new ZuploClient({
        endpoint: server.url,
        apiKey: new Secret(sentinel),
        callTimeoutMs: 20_000,
      });
      const heapBefore = process.memoryUsage().rss;
      const before = server.sent();
      assert.match(
        await refusal(patient.listCertificates(scope)),
        /list MtlsCertificates of project 'shop': the answer is longer than 10 MiB .*\nCheck \{\{setting endpoint\}\}/,
      );
      assert.equal(server.requests.length, 1);
      // what lies in the buffers of the connection comes on top
      assert.ok(server.sent() - before < 30 * mebibyte, `${server.sent() - before} bytes`);
      assert.ok(process.memoryUsage().rss - heapBefore < 300 * mebibyte);
    });
  }

  it("that ends before its end is no answer: a read is repeated, and of a write it is not known", async () => {
    const cut = body("{}", { "content-length": "1000" });
    const whole = body(JSON.stringify({ data: [certificate()] }));
    answer = (request, response) => (server.requests.length === 1 ? cut : whole)(request, response);
    assert.equal((await client.listCertificates(scope)).length, 1);
    assert.equal(server.requests.length, 2);
    answer = cut;
    const call = client.createVariable(scope, "main", { name: "A", value: "1", isSecret: false });
    await assert.rejects(call, error => error instanceof Unavailable && error.maybeApplied);
  });

  it("as long as it may be is read", async () => {
    const text = JSON.stringify({ data: [certificate()] });
    answer = body(text.padEnd(10 * mebibyte));
    assert.equal((await client.listCertificates(scope)).length, 1);
  });

  it("that comes byte by byte ends with the time limit of the call", async () => {
    answer = endless(" ", {}, 20);
    const startedAt = performance.now();
    // a create is not repeated: one attempt
    const call = client.createVariable(scope, "main", { name: "A", value: "1", isSecret: false });
    assert.match(await refusal(call), /no answer from POST .* \(time limit\)\n/);
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed >= callTimeoutMs - 50 && elapsed < callTimeoutMs + 1500, `${elapsed} ms`);
  });

  it("with millions of wrong items is refused at the first", async () => {
    answer = body(`{"data":[${"1,".repeat(4_000_000)}1]}`);
    assert.match(await refusal(client.listCertificates(scope)), /data: expected a list of at most 50000/);
    answer = body(`{"data":[${"1,".repeat(40_000)}1]}`);
    assert.match(await refusal(client.listCertificates(scope)), /data\.0: Invalid input/);
  });

  it("with thousands of items, some of them twice, gives each once", async () => {
    const items = Array.from({ length: 5000 }, (_, index) => certificate(`cert_${index % 4000}`));
    answer = body(JSON.stringify({ data: items }));
    assert.equal((await client.listCertificates(scope)).length, 4000);
  });

  it("of a list whose pages never end is given up", async () => {
    let count = 0;
    answer = (request, response) => {
      const data = Array.from({ length: 5000 }, () => ({ name: `deployment_${count++}` }));
      body(JSON.stringify({ data, limit: 5000, offset: count - 5000 }))(request, response);
    };
    assert.match(
      await refusal(client.listDeployments(scope)),
      /the list does not end: 55000 objects were read/,
    );
    // the same page again and again is an end
    answer = body(JSON.stringify({ data: [certificate()], limit: 1, offset: 0 }));
    assert.equal((await client.listCertificates(scope)).length, 1);
  });

  describe("within the limits of a whole", () => {
    const attemptMs = 200;
    const clientWithin = (limits: Partial<Limits>, callTimeoutMs = attemptMs) =>
      new ZuploClient({
        endpoint: server.url,
        apiKey: new Secret(sentinel),
        callTimeoutMs,
        limits,
      });

    /** Time goes a thousand times as fast for whoever waits. */
    async function quickly(work: () => Promise<unknown>): Promise<void> {
      const { setTimeout } = globalThis;
      const { now } = performance;
      const faster = 1000;
      let slept = 0;
      globalThis.setTimeout = ((callback: () => void, ms = 0) => {
        // What limits one attempt is no pause.
        if (ms === attemptMs) return setTimeout(callback, ms);
        return setTimeout(() => {
          slept += ms;
          callback();
        }, ms / faster);
      }) as typeof setTimeout;
      performance.now = () => now.call(performance) + slept;
      try {
        await work();
      } finally {
        globalThis.setTimeout = setTimeout;
        performance.now = now;
      }
    }

    async function took(work: () => Promise<unknown>): Promise<number> {
      const startedAt = performance.now();
      await work();
      return performance.now() - startedAt;
    }

    it("a list of small pages that come slowly ends with the time of a list", async () => {
      let count = 0;
      answer = (request, response) => {
        const data = [{ name: `deployment_${count++}` }];
        const page = body(JSON.stringify({ data, limit: 1, offset: count - 1 }));
        setTimeout(() => page(request, response), 50);
      };
      const elapsed = await took(async () => {
        const said = await refusal(clientWithin({ listMs: 600 }).listDeployments(scope));
        assert.match(said, /the list does not end: \d+ objects were read|\(time limit\)/);
      });
      assert.ok(elapsed >= 550 && elapsed < 1500, `${elapsed} ms`);
    });

    it("a list of large pages ends with the bytes of a list", async () => {
      let count = 0;
      answer = (request, response) => {
        const data = [{ name: `deployment_${count++}` }];
        body(JSON.stringify({ data, limit: 1, offset: count - 1 }).padEnd(mebibyte))(request, response);
      };
      const client = clientWithin({ listBytes: 3 * mebibyte }, 5000);
      assert.match(
        await refusal(client.listDeployments(scope)),
        /the list does not end: 4 objects were read, 4\.0 MiB in \d+ s/,
      );
      assert.equal(server.requests.length, 4);
    });

    it("a call that is never answered ends with the time of a call, repeats included", async () => {
      answer = () => undefined;
      const elapsed = await took(async () => {
        assert.match(await refusal(clientWithin({ callMs: 700 }).getDeployment("a")), /\(time limit\)/);
      });
      assert.ok(elapsed >= 200 && elapsed < 1000, `${elapsed} ms`);
      assert.ok(server.requests.length < 6, `${server.requests.length} requests`);
    });

    it("a pause that is longer than what is left of a call is not waited for", async () => {
      answer = body("{}", { "retry-after": "30" }, 429);
      const elapsed = await took(async () => {
        const call = clientWithin({ callMs: 5000 }).getDeployment("a");
        await assert.rejects(call, error => error instanceof RateLimited);
      });
      assert.ok(elapsed < 1500, `${elapsed} ms`);
      assert.equal(server.requests.length, 1);
    });

    it("a call that is one too many (429) is repeated for as long as it may take, with pauses that grow", async () => {
      const [refused, served] = [body("{}", {}, 429), body(JSON.stringify({ name: "a" }))];
      answer = (...call) => (server.requests.length < 10 ? refused : served)(...call);
      await quickly(async () => {
        assert.equal((await clientWithin({}).getDeployment("a")).name, "a");
      });
      assert.equal(server.requests.length, 10);
    });

    it("the same ends with the time of a call", async () => {
      answer = body("{}", {}, 429);
      await quickly(async () => {
        const call = clientWithin({ callMs: 120_000 }).redeploy("a");
        // The last attempt has as little time as is left.
        await assert.rejects(call, error => error instanceof RateLimited || error instanceof Unavailable);
      });
      // 0.2, 0.4 … 12.8, then up to 15 seconds
      assert.ok(
        server.requests.length >= 12 && server.requests.length <= 17,
        `${server.requests.length} requests`,
      );
    });

    it("what a run can do without is not waited for as long", async () => {
      answer = body("{}", {}, 429);
      await quickly(async () => {
        await assert.rejects(clientWithin({}).readVariables("main"), error => error instanceof RateLimited);
      });
      assert.equal(server.requests.length, 6);
    });

    it("a call may take as long as one attempt may", async () => {
      const whole = body(JSON.stringify({ name: "a" }));
      answer = (request, response) => void setTimeout(() => whole(request, response), 300);
      await clientWithin({ callMs: 100, listMs: 100 }, 2000).getDeployment("a");
    });
  });

  it("with keys of every object's prototype is read as any other", async () => {
    const hostile = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},`;
    answer = body(
      `${hostile}"data":[${hostile}${JSON.stringify(certificate("__proto__", "constructor")).slice(1)}]}`,
    );
    const [found] = await client.listCertificates(scope);
    assert.deepEqual([found?.id, found?.name], ["__proto__", "constructor"]);
    const settings = {
      endpoint: server.url,
      apiKey: new Secret(sentinel),
      account: "__proto__",
      project: "constructor",
    };
    const session = new Session(
      { ...settings, others: "leave", settleMs: 0, callTimeout: 1 },
      { log: new RecordingLogger() },
    );
    const project = await session.project({});
    assert.equal((await project.findCertificate("__proto__"))?.name, "constructor");
    assertUnpolluted();
  });

  it("that leads elsewhere is not followed, and the key stays here", async () => {
    const elsewhere = await startServer(body("{}"));
    try {
      for (const location of [
        elsewhere.url,
        `//${new URL(elsewhere.url).host}/`,
        "http://example.com/",
        "/other",
      ]) {
        for (const status of [301, 302, 303, 307, 308]) {
          answer = body("", { location }, status);
          const message = await refusal(client.listCertificates(scope));
          assert.match(
            message,
            /\(HTTP 30\d\)\nSet \{\{setting endpoint\}\} to the address that answers, without redirects\. \[ZUPLO1609\]$/,
          );
        }
      }
      assert.deepEqual(elsewhere.requests, []);
      assert.ok(server.requests.every(({ url }) => url.startsWith("/v1/")));
    } finally {
      await elsewhere.stop();
    }
  });

  it("to names that would leave the path stays in it", async () => {
    answer = body("{}");
    const names = ["../../v1/who-am-i", "?x=", "#", "a/b", "%2e%2e", "\ud800", "\0", "..;"];
    for (const name of names) {
      await client.getDeployment(name).catch(() => undefined);
      await client.getCertificate({ account: name, project: name }, name).catch(() => undefined);
    }
    for (const { url } of server.requests) {
      assert.match(
        url,
        /^\/v1\/(deployments|accounts\/[^/?#]+\/projects\/[^/?#]+\/mtls-certificates)\/[^/?#]+$/,
      );
    }
    assert.equal(server.requests.length, 2 * names.length);
    // and those that no spelling keeps in it are not sent at all
    for (const name of ["..", ".", ""]) {
      await assert.rejects(client.deleteCertificate(scope, name, "backend"), /cannot be a name at Zuplo\n/);
      await assert.rejects(
        client.listCertificates({ ...scope, project: name }),
        /cannot be a name at Zuplo\n/,
      );
    }
    assert.equal(server.requests.length, 2 * names.length);
  });

  it("never stops a check: with unknown arguments and a dead API it calls nothing", async () => {
    const issued = await (await createAuthority()).issue();
    const settings = { endpoint: server.url, apiKey: new Secret(sentinel), account: "acme", project: "shop" };
    const context: Context = {
      session: new Session(
        { ...settings, others: "leave", settleMs: 0, callTimeout: 1 },
        { log: new RecordingLogger() },
      ),
      identity,
    };
    const news = {
      certificate: issued.chain,
      privateKey: issued.privateKey,
      environments: ["preview"],
      name: "a",
    };
    for (const key of Object.keys(news)) {
      const { inputs } = mtlsCertificate.check(context, undefined, { ...news, [key]: marks.unknown });
      mtlsCertificate.diff(context, inputs as never, news);
    }
    assert.deepEqual(server.requests, []);
  });
});
