import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { createAuthority, type Issued } from "../../emulator/pki";
import { preflightProblem } from "../../provider/certificates/preflight";
import { servedBuild, trimmed } from "../../provider/rotation/gateway";
import { verify } from "../../provider/rotation/verify";
import { Secret } from "../../provider/text/secret";
import { type Answer, body, endless, type HostileServer, startServer } from "./server";
import { assertClear, sentinel } from "./support";

const mebibyte = 1024 * 1024;
const timeoutMs = 300;
/** What a busy machine may need on top. */
const slackMs = 1500;

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work;
  const elapsed = performance.now() - startedAt;
  assert.ok(elapsed < limitMs + slackMs, `${Math.round(elapsed)} ms`);
  return result;
}

describe("a hostile gateway", () => {
  let server: HostileServer;
  let answer: Answer;

  before(async () => {
    server = await startServer((request, response) => answer(request, response));
  });

  after(() => server.stop());

  const long: [string, Answer][] = [
    ["a page without an end", endless(Buffer.alloc(64 * 1024, "x"))],
    ["a gzip bomb", body(gzipSync(Buffer.alloc(100 * mebibyte, "x")), { "content-encoding": "gzip" })],
  ];
  for (const [title, page] of long) {
    it(`that answers with ${title} is verified by its status, and 1 MiB is read`, async () => {
      answer = page;
      const before = server.sent();
      assert.deepEqual(await verify({ url: server.url, status: 200, timeoutMs: 20_000 }), { ok: true });
      assert.ok(server.sent() - before < 20 * mebibyte, `${server.sent() - before} bytes`);
      assert.deepEqual(await servedBuild(server.url, 20_000), {});
    });
  }

  it("on this machine is not asked through a proxy, which would read the headers", async () => {
    const proxy = await startServer(body("{}", {}, 502));
    const before = { ...process.env };
    try {
      for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
        process.env[name] = proxy.url;
      delete process.env.no_proxy;
      delete process.env.NO_PROXY;
      answer = body(JSON.stringify({ buildId: "b1" }));
      const headers = { "x-key": new Secret(sentinel) };
      assert.deepEqual(await verify({ url: server.url, status: 200, timeoutMs: 5000, headers }), {
        ok: true,
      });
      assert.equal((await servedBuild(server.url, 5000)).buildId, "b1");
      assert.deepEqual(proxy.requests, []);
    } finally {
      process.env = before;
      await proxy.stop();
    }
  });

  it("that never ends its answer, or never begins, is not waited for beyond the time limit", async () => {
    for (const slow of [endless("x", {}, 20), () => undefined]) {
      answer = slow;
      const result = await within(timeoutMs, verify({ url: server.url, status: 200, timeoutMs }));
      assert.ok(!result.ok);
      assert.match(
        result.problem,
        /^GET http:\/\/127\.0\.0\.1:\d+\/ gave no answer (in time|\(\w+\)) instead of 200/,
      );
      assert.deepEqual(await within(timeoutMs, servedBuild(server.url, timeoutMs)), { isSilent: true });
    }
  });

  it("that answers 502, and then not at all, is told of by its answer", async () => {
    let asked = 0;
    answer = (request, response) => {
      asked += 1;
      if (asked === 1) body("bad gateway", {}, 502)(request, response);
    };
    const result = await verify({ url: server.url, status: 200, timeoutMs });
    assert.ok(!result.ok);
    assert.match(result.problem, /answered 502 instead of 200 \(2 tries in 0\.3 s\)/);
  });

  it("that says anything else of its build says nothing, and steers no terminal", async () => {
    for (const text of ["", "[]", "null", '{"buildId":5}', '{"buildId":""}', "[".repeat(100_000), "<html>"]) {
      answer = body(text);
      assert.deepEqual(await servedBuild(server.url, timeoutMs), {});
    }
    const detail = `\u001b[2J${"x".repeat(100_000)}`;
    answer = body(JSON.stringify({ title: "Gateway Initialization Error", detail, trace: {} }), {}, 500);
    const { failed } = await servedBuild(server.url, 5000);
    assert.ok(failed !== undefined && failed.detail.length < 600);
    assert.ok(!failed.detail.includes("\u001b"));
  });

  it("that redirects is not followed, and a password in its URL is not shown", async () => {
    const elsewhere = await startServer(body("{}"));
    answer = body("", { location: elsewhere.url }, 302);
    const url = `${server.url.replace("://", `://me:${sentinel}@`)}/health?key=${sentinel}`;
    const result = await verify({ url, status: 200, timeoutMs });
    assert.ok(!result.ok);
    assert.match(result.problem, /\/health answered 302 instead of 200/);
    assertClear(`${result.problem}.`);
    assert.deepEqual(elsewhere.requests, []);
    await elsewhere.stop();
  });

  it("whose URL is all slashes takes no time", () => {
    const slashes = "/".repeat(1_000_000);
    const startedAt = performance.now();
    assert.equal(trimmed(`${slashes}x`).length, slashes.length + 1);
    assert.ok(performance.now() - startedAt < slackMs);
    assert.equal(trimmed(`http://a${slashes}`), "http://a");
  });
});

describe("a hostile backend in a preflight", () => {
  let server: HostileServer;
  let answer: Answer;
  let client: Issued;
  let caCertificate: string;

  before(async () => {
    const authority = await createAuthority();
    caCertificate = authority.certificate;
    client = await authority.issue();
    const own = await authority.issue({ ipAddresses: ["127.0.0.1"], extendedKeyUsage: ["serverAuth"] });
    const tls = { cert: own.chain, key: own.privateKey };
    server = await startServer((request, response) => answer(request, response), tls);
  });

  after(() => server.stop());

  const look = (limit: number, more: { caCertificate?: string | undefined } = { caCertificate }) =>
    within(
      limit,
      preflightProblem(
        { url: server.url, timeoutMs: limit, ...more },
        client.chain,
        new Secret(client.privateKey),
      ),
    );

  it("that answers with a page without an end, or longer than 64 KiB, takes the certificate", async () => {
    for (const page of [endless(Buffer.alloc(64 * 1024)), body("x".repeat(100_000)), body("", {}, 500)]) {
      answer = page;
      assert.equal(await look(20_000), undefined);
    }
  });

  it("that says it late, or without an end, is not waited for", async () => {
    for (const slow of [() => undefined, endless("x", {}, 20)]) {
      answer = slow as Answer;
      assert.equal(await look(timeoutMs), "the backend did not answer in time");
    }
  });

  it("that ends in the middle is a sentence", async () => {
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("x", () => response.destroy());
    };
    assertClear(`${await look(5000)}.`);
  });

  it("whose certificate is not trusted says which setting helps, whatever stands there", async () => {
    answer = body("{}");
    for (const caCertificate of [undefined, "", "nonsense", client.certificate]) {
      const problem = String(await look(5000, { caCertificate }));
      assert.match(problem, /trusted \(\w+\): set preflight\.caCertificate$|cannot be (reached|read)/);
    }
  });
});
