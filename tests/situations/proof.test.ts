import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type Emulator, startEmulator } from "../../emulator";
import type { Issued } from "../../emulator/pki";
import { VerificationFailed } from "../../provider/api/errors";
import { redeployment } from "../../provider/resources/redeployment/lifecycle";
import { type RawInputs, unknown } from "../../provider/resources/resource";
import { contextOf, RecordingLogger, uploadCertificate } from "../support/core";
import { assertSafe, names } from "../support/rotation";
import { CheckFailed, type Declared, Stack } from "../support/run";
import { assertServedBy, branchesOf, codeOf, failureOf, makeByHand, redeploysOf } from "./expect";
import { binding, certificate, named, parts, redeployed, variable } from "./programs";

const of = (text: string) => `\${${text}}`;
const serial = of("serialNumber");
const proof = { headers: { "X-Client-Serial": serial } };
const apiKey = "zpka_a_key_of_the_route";

describe("a verification that proves the certificate", () => {
  let emulator: Emulator;
  let stack: Stack;
  let first: Issued;
  let second: Issued;

  beforeEach(async () => {
    emulator = await startEmulator({ ...branchesOf("main"), clientCertificate: "optional" });
    stack = new Stack(emulator);
    first = await emulator.authority.issue();
    second = await emulator.authority.issue();
  });
  afterEach(() => emulator.stop());

  const rotated = (issued: Issued, verify: RawInputs, name = variable) =>
    binding(issued, [{ branches: ["main"], verify: { timeout: 1, ...verify } }], { variable: name });

  for (const [title, expect] of [
    ["its serial number in a header", proof],
    ["its fingerprint in the body", { body: `"fingerprint":"${of("fingerprint")}"` }],
    ["its subject in either", { body: of("subject"), headers: { "x-client-subject": "CN=" } }],
  ] as const)
    it(`is met by a gateway that shows it: ${title}`, async () => {
      for (const issued of [first, second]) {
        await stack.up(rotated(issued, { path: "/health", expect }));
        assert.equal(names(emulator).length, 1);
      }
      assertSafe(emulator);
    });

  describe("where the variable that the code reads is not set, and the backend answers all the same", () => {
    const path = "/via/OTHER_MTLS_CERT/health";

    it("is green by its status alone", async () => {
      await stack.up(rotated(first, { path }));
      await stack.up(rotated(second, { path }));
    });

    it("fails by `expect`, and what was in use before is back", async () => {
      // given
      const program = rotated(first, { path });
      await stack.up(program);
      const { name } = stack.outputs(program[0]);
      // when
      const failure = await failureOf(stack.up(rotated(second, { path, expect: proof })));
      // then
      assert.ok(failure instanceof VerificationFailed);
      assert.equal(codeOf(failure), "ZUPLO1404");
      assert.match(
        failure.message,
        /GET http\S+\/health answered 200 without the header 'x-client-serial', which should contain '[0-9A-F]+' \(\d+ tries in 1 s\)\. Rolled back/,
      );
      assertServedBy(emulator, "main", name);
      assertSafe(emulator);
    });
  });

  describe("where the code reads the variable of another binding, whose certificate the backend takes as well", () => {
    it("is green by its status alone", async () => {
      const program = rotated(first, { path: "/health" });
      await stack.up(program);
      await stack.up(rotated(second, { path: "/health" }, "NEW_MTLS_CERT"));
      const { url } = emulator.deployment("main");
      const shown = ((await (await fetch(url)).json()) as { fingerprint: string }).fingerprint;
      assert.equal(shown, first.fingerprint, "the old one is still shown");
    });

    it("fails by `expect`, which says whose it saw, and is rolled back to what proves the old one", async () => {
      // given
      const program = rotated(first, { path: "/health", expect: proof });
      await stack.up(program);
      const { name, serialNumber } = stack.outputs(program[0]);
      // when the program's variable has another name, and the code has not
      const failure = await failureOf(
        stack.up(rotated(second, { path: "/health", expect: proof }, "NEW_MTLS_CERT")),
      );
      // then
      assert.ok(
        failure.message.includes(`'x-client-serial': '${String(serialNumber)}' instead of`),
        failure.message,
      );
      assert.match(failure.message, /Rolled back in .* redeployed, verified\./);
      assertServedBy(emulator, "main", name);
      assertSafe(emulator);
      // and the next certificate rotates; the variable that was given up has the old one's name, and keeps it
      await stack.up(rotated(second, { path: "/health", expect: proof }));
      assert.equal(emulator.variables("main").NEW_MTLS_CERT, name);
      assert.equal(names(emulator).length, 2);
      await emulator.push("main");
      assertSafe(emulator);
    });
  });

  it("goes on until the answer holds it, as where an edge still runs the old build", async () => {
    // given a route that shows no certificate until somebody sets its variable
    await stack.up(rotated(first, { path: "/health" }));
    const [name = ""] = names(emulator);
    const isVerifying = new Promise<void>(resolve => setTimeout(resolve, 700));
    void isVerifying
      .then(() => makeByHand(emulator, "main", "OTHER", name))
      .then(() => emulator.push("main"));
    // when
    const program = binding(
      first,
      [{ branches: ["main"], verify: { path: "/via/OTHER/x", expect: proof, timeout: 20 } }],
      { redeployment: { triggers: "again" } },
    );
    await stack.up(program);
    // then
    assert.equal(
      (await fetch(`${emulator.deployment("main").url}/via/OTHER/x`)).headers.has("x-client-serial"),
      true,
    );
  });

  it("sends method and headers with each try, and tells nobody of them", async () => {
    // given a route that asks for a key, and echoes it where it refuses
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.headers.authorization}`);
      const detail = `${JSON.stringify(request.headers)} ${Buffer.from(apiKey).toString("base64")}`;
      response
        .writeHead(403, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ status: 403, title: "Forbidden", detail }));
    });
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/private`;
      const verify = { url, method: "POST", headers: { authorization: `Bearer ${apiKey}` } };
      const failure = await failureOf(stack.up(rotated(first, verify)));
      // then
      assert.ok(seen.length > 1);
      assert.deepEqual([...new Set(seen)], [`POST Bearer ${apiKey}`]);
      assert.match(failure.message, /POST \S+\/private answered 403 instead of 200 \(\d+ tries in 1 s\): \{/);
      for (const part of [apiKey, apiKey.slice(5), Buffer.from(apiKey).toString("base64")])
        assert.ok(!failure.message.includes(part), failure.message);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("that is answered 520 says what Cloudflare does with client certificates, and any other status does not", async () => {
    let status = 520;
    const server = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/health`;
      const { message } = await failureOf(stack.up(rotated(first, { url })));
      assert.match(message, /answered 520 instead of 200 \(\d+ tries in 1 s\)/);
      assert.match(message, /\nA backend behind a proxied Cloudflare zone answers 520 to every client/);
      status = 502;
      assert.doesNotMatch((await failureOf(stack.up(rotated(first, { url })))).message, /Cloudflare/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("that changes alone makes no redeploy", async () => {
    await stack.up(rotated(first, { path: "/health" }));
    emulator.clearTrace();
    await stack.up(
      rotated(first, { path: "/health", method: "HEAD", headers: { "x-api-key": "k" }, expect: proof }),
    );
    assert.deepEqual(emulator.trace, []);
  });

  describe("of a deployment with several certificates", () => {
    const two = (issued: Issued, verify: RawInputs): Declared[] => {
      const [one, other] = [certificate("one", first), certificate("other", issued)];
      const variables = [named(one, "main"), named(other, "main", { variable: "OTHER_MTLS_CERT" })];
      const more = { verify: { path: "/via/OTHER_MTLS_CERT/x", timeout: 1, ...verify } };
      return [one, other, ...variables, redeployed([one, other], variables, "main", { redeployment: more })];
    };

    it("means the one that the given variable names", async () => {
      await stack.up(two(second, { expect: { body: of("fingerprint:OTHER_MTLS_CERT") } }));
      const failure = await failureOf(
        stack.up(
          two(await emulator.authority.issue(), { expect: { body: of("fingerprint:BACKEND_MTLS_CERT") } }),
        ),
      );
      assert.equal(codeOf(failure), "ZUPLO1404");
    });

    it("is refused in preview where no variable is given, or one that is not there", async () => {
      for (const body of [of("fingerprint"), of("fingerprint:NOBODY")])
        await assert.rejects(stack.up(two(second, { expect: { body } })), error => {
          return error instanceof CheckFailed && error.message.startsWith("verify.expect.body has");
        });
      assert.equal(redeploysOf(emulator, "main"), 0);
    });
  });

  describe("of a certificate that is not in the program", () => {
    const stranger = (name: string, body: string): Declared => ({
      type: "Redeployment",
      name: "main",
      args: {
        branch: "main",
        certificates: [name],
        variables: [{ branch: "main", name: variable, value: name }],
        verify: { path: "/x", timeout: 1, expect: { body } },
      },
    });

    it("knows the serial number, as Zuplo tells it, and no fingerprint, which it says before it writes", async () => {
      const { state } = await uploadCertificate(contextOf(emulator), first);
      await makeByHand(emulator, "main", variable, state.name);
      const failure = await failureOf(stack.up([stranger(state.name, of("fingerprint"))]));
      assert.equal(codeOf(failure), "ZUPLO1104");
      assert.equal(redeploysOf(emulator, "main"), 0);
      await stack.up([stranger(state.name, serial)]);
      assert.equal(redeploysOf(emulator, "main"), 1);
    });
  });

  describe("is refused in preview", () => {
    const cases: [string, RawInputs, RegExp][] = [
      [
        "an unknown placeholder",
        { expect: { body: of("serial") } },
        /^verify\.expect\.body has '\$\{serial\}', which is not a placeholder: use/,
      ],
      [
        "an unknown placeholder in a header",
        { expect: { headers: { a: of("x") } } },
        /^verify\.expect\.headers\.a has/,
      ],
      [
        "another method",
        { method: "get" },
        /^verify\.method must be one of GET, HEAD, OPTIONS, POST\. \[ZUPLO1108\]$/,
      ],
      ["nothing to expect", { expect: {} }, /^verify\.expect is empty/],
      [
        "a body that HEAD never has",
        { method: "HEAD", expect: { body: "x" } },
        /^verify\.expect\.body can never be met/,
      ],
      ["a header that is none", { headers: { "a b": "c" } }, /^verify\.headers has 'a b', which cannot be/],
      [
        "a header with a line break",
        { headers: { a: `b\r\n${apiKey}` } },
        /^verify\.headers has 'a', which has a value/,
      ],
      [
        "a header of the connection",
        { headers: { "Content-Length": "5" } },
        /^verify\.headers has 'Content-Length'/,
      ],
      [
        "a key in clear",
        { path: undefined, url: "http://example.com/", headers: { a: "b" } },
        /^verify\.url would send/,
      ],
      [
        "a wrong method beside what is not known yet",
        { headers: { a: unknown }, method: "PUT" },
        /^verify\.method/,
      ],
    ];
    for (const [title, verify, message] of cases)
      it(title, async () => {
        const given = { path: "/x", ...verify };
        const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const [own, ...others] = parts(certificate("backend", first), ["main"], { verify: known });
        await assert.rejects(stack.up([own, ...others]), error => {
          assert.ok(error instanceof CheckFailed, String(error));
          assert.match(error.message, message);
          assert.ok(!error.message.includes(apiKey));
          return true;
        });
      });

    it("and nothing else is, with what is not known yet", async () => {
      const verify = { path: "/x", headers: { "x-api-key": unknown }, expect: { body: unknown } };
      const context = contextOf(emulator, { log: new RecordingLogger() });
      const { failures } = redeployment.check(context, undefined, {
        branch: "main",
        certificates: [unknown],
        variables: [],
        verify,
      });
      assert.deepEqual(failures, []);
    });
  });
});
