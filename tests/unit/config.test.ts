import assert from "node:assert/strict";
import { settingsOf } from "../../emulator/settings";
import { readConfig } from "../../provider/config";
import { mtlsCertificateContract } from "../../provider/resources/mtlsCertificate/contract";
import { configurationFailures } from "../../provider/resources/resource";
import { durationSchema, millisecondsOr, toMilliseconds } from "../../provider/text/duration";
import { redact } from "../../provider/text/redact";
import { Secret } from "../../provider/text/secret";
import { say } from "../../provider/text/vocabulary";
import { cli } from "../cli/capture";
import { contextOf, withEmulator } from "../support/core";

const read = (stack: Record<string, string>, env: Record<string, string> = {}) =>
  readConfig(
    key => stack[key],
    key => env[key],
  );

describe("the configuration", () => {
  it("comes from the stack, then from the environment, then from the defaults", () => {
    const { config, problems } = read(
      { project: "one", apiKey: " key " },
      { ZUPLO_PROJECT: "two", ZUPLO_ACCOUNT: "acme" },
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      { ...config, apiKey: config.apiKey?.reveal() },
      {
        apiKey: "key",
        account: "acme",
        project: "one",
        endpoint: "https://dev.zuplo.com",
        others: undefined,
        record: undefined,
        settleMs: 30_000,
        callTimeout: 30,
      },
    );
  });

  it("takes plain http for this machine only, since the key would go out in clear", () => {
    for (const endpoint of [
      "http://127.0.0.1:9000/",
      "http://localhost:1",
      "http://[::1]:1",
      "https://x.example",
    ]) {
      assert.deepEqual(read({ endpoint: endpoint }).problems, [], endpoint);
    }
    assert.match(
      read({ endpoint: "http://dev.zuplo.com" }).problems[0]?.reason ?? "",
      /would send the API key in the clear: use https/,
    );
    assert.match(read({ endpoint: "dev.zuplo.com" }).problems[0]?.reason ?? "", /is not a URL/);
    assert.equal(read({ endpoint: "https://x.example///" }).config.endpoint, "https://x.example");
  });
});

describe("an endpoint in another spelling", () => {
  it("is the same endpoint: what it is compared with is what is called", () => {
    for (const [given, meant] of [
      ["HTTP://127.0.0.1:9000", "http://127.0.0.1:9000"],
      ["Http:127.0.0.1:9000/", "http://127.0.0.1:9000"],
      ["HTTPS://Dev.Zuplo.com/", "https://dev.zuplo.com"],
      ["https://x.example/base//", "https://x.example/base"],
    ] as const) {
      const { config, problems } = read({ endpoint: given });
      assert.deepEqual(problems, [], given);
      assert.equal(config.endpoint, meant);
    }
    assert.match(read({ endpoint: "HTTP://dev.zuplo.com" }).problems[0]?.reason ?? "", /in the clear/);
  });
});

describe("NODE_DEBUG", () => {
  it("is refused where Node would write keys into the log", () => {
    for (const sections of ["https", "HTTP", "net", "*", "ht*", "fs,https", "h*s"]) {
      const [problem] = read({}, { NODE_DEBUG: sections }).problems;
      assert.equal(problem?.setting, "NODE_DEBUG", sections);
      assert.match(
        problem?.reason ?? "",
        /which makes Node write the API key and private keys to the log: unset it\.$/,
      );
    }
  });

  it("is nobody's business where it writes something else", () => {
    for (const sections of ["", "fs", "stream,timer", "xhttps", "https2", "module*"])
      assert.deepEqual(read({}, { NODE_DEBUG: sections }).problems, [], sections);
  });
});

describe("DEBUG", () => {
  const proxy = { HTTPS_PROXY: "http://user:password@proxy.example:8080" };

  it("is refused where the password of the proxy would be written into the log", () => {
    for (const patterns of ["*", "https-proxy-agent*", "express:*, *agent", "a *-proxy-*"]) {
      const [problem] = read({}, { ...proxy, DEBUG: patterns }).problems;
      assert.equal(problem?.setting, "DEBUG", patterns);
      assert.doesNotMatch(problem?.reason ?? "", /user:password/);
    }
    assert.equal(read({}, { all_proxy: "user:password@proxy", DEBUG: "*" }).problems.length, 0);
    assert.equal(read({}, { all_proxy: "http://user@proxy", DEBUG: "*" }).problems.length, 1);
  });

  it("is nobody's business without a password, or where something else is written", () => {
    const open = { HTTPS_PROXY: "http://proxy.example:8080/?a=b@c" };
    assert.deepEqual(read({}, { ...open, DEBUG: "*" }).problems, []);
    for (const patterns of ["", "express:*", "https-proxy", "axios"])
      assert.deepEqual(read({}, { ...proxy, DEBUG: patterns }).problems, [], patterns);
  });
});

describe("the API key", () => {
  const unsendable = [
    "zpka_one\nzpka_two",
    "zpka_one\r\nX-Other: 1",
    "zpka_“one”",
    "zpka one",
    "zpka_\u0000",
    "zpkä",
  ];
  for (const key of unsendable) {
    it(`that a header cannot carry is refused in preview, unseen and unsent: ${JSON.stringify(key)}`, async () =>
      withEmulator({}, async emulator => {
        // given
        const { session } = contextOf(emulator, { env: { ZUPLO_API_KEY: key } });
        // when
        const { config, problems } = read({ apiKey: key });
        const failures = configurationFailures({ session, identity: undefined }, mtlsCertificateContract, {});
        const printed = await cli(["status"], { env: { ...settingsOf(emulator), ZUPLO_API_KEY: key } });
        // then
        assert.equal(config.apiKey, undefined);
        assert.equal(problems[0]?.setting, say.setting("apiKey"));
        assert.equal(problems[0]?.code, "ZUPLO1003");
        assert.deepEqual(
          failures.map(({ property }) => property),
          [say.setting("apiKey")],
        );
        await assert.rejects(
          session.project({}),
          /configure provider 'zuplo': \{\{setting apiKey\}\} contains .* \[ZUPLO1003\]$/s,
        );
        assert.match(
          printed.stderr,
          /^error: ZUPLO_API_KEY contains .*\nCorrect ZUPLO_API_KEY.* \[ZUPLO1003\]$/m,
        );
        assert.equal(printed.code, 1);
        assert.doesNotMatch(JSON.stringify([problems, failures, printed]), /zpk/);
        assert.equal(emulator.trace.filter(({ type }) => type === "call").length, 0);
      }));
  }

  it("may have white space around it, as a file has", () => {
    const { config, problems } = read({ apiKey: "zpka_one\r\n" });
    assert.deepEqual(problems, []);
    assert.equal(config.apiKey?.reveal(), "zpka_one");
  });
});

describe("the time limit of a call", () => {
  it("is a number of seconds, from the stack or the environment, where its former name counts last", () => {
    const former = { PULUMI_ZUPLO_CALL_TIMEOUT: "7" };
    assert.equal(read({}, {}).config.callTimeout, 30);
    assert.equal(read({}, former).config.callTimeout, 7);
    assert.equal(read({}, { ...former, ZUPLO_CALL_TIMEOUT: "8" }).config.callTimeout, 8);
    assert.equal(read({ callTimeout: "9" }, { ZUPLO_CALL_TIMEOUT: "8" }).config.callTimeout, 9);
    const [problem, ...others] = read({ callTimeout: "soon" }, {}).problems;
    assert.deepEqual([problem?.setting, problem?.code], [say.setting("callTimeout"), "ZUPLO1005"]);
    assert.deepEqual(others, []);
  });
});

describe("settle", () => {
  it("is a length of time, from the stack or the environment, and may be 0", () => {
    assert.equal(read({ settle: "1m" }, { ZUPLO_SETTLE: "5" }).config.settleMs, 60_000);
    assert.equal(read({}, { ZUPLO_SETTLE: "5" }).config.settleMs, 5000);
    assert.equal(read({}, { ZUPLO_SETTLE: "0" }).config.settleMs, 0);
    for (const [text, reason] of [
      ["soon", /^must be 0 or more: a number of seconds, or a string/],
      ["-1s", /^must be 0 or more/],
      ["25h", /^must be at most 24 hours\.$/],
    ] as const) {
      const [problem] = read({ settle: text }).problems;
      assert.equal(problem?.setting, say.setting("settle"));
      assert.match(problem?.reason ?? "", reason);
    }
  });
});

describe("a duration", () => {
  it("is seconds, or a text with a unit", () => {
    assert.equal(toMilliseconds(90), 90_000);
    assert.equal(toMilliseconds("90"), 90_000);
    assert.equal(toMilliseconds("90s"), 90_000);
    assert.equal(toMilliseconds("30d"), 30 * 24 * 3_600_000);
    assert.equal(toMilliseconds("soon"), undefined);
  });

  it("has something in its place where it is missing, or none", () => {
    assert.equal(millisecondsOr("90s", 5000), 90_000);
    assert.equal(millisecondsOr(0, 5000), 0);
    assert.equal(millisecondsOr(undefined, 5000), 5000);
    assert.equal(millisecondsOr("soon", 5000), 5000);
  });

  it("is above zero", () => {
    for (const value of [0, -1, "0s", "soon", "", "x".repeat(200), Number.NaN])
      assert.ok(!durationSchema.safeParse(value).success, String(value));
  });
});

describe("a message", () => {
  it("holds no secret, in whatever spelling a server echoes it", () => {
    const secret = 'pass "word"\n&+=/';
    const spellings = [
      secret,
      JSON.stringify(secret),
      Buffer.from(secret).toString("base64"),
      encodeURIComponent(secret),
      new URLSearchParams({ secret }).toString(),
    ];
    for (const spelling of spellings) {
      const clean = redact(`before ${spelling} after`, [new Secret(secret)]);
      assert.match(clean, /^before .*\[secret\].* after$/s);
      assert.ok(
        !clean.includes("word") && !clean.includes(Buffer.from(secret).toString("base64").slice(0, 12)),
        clean,
      );
    }
  });

  it("holds no private key, even one that is cut off", () => {
    const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----";
    assert.equal(redact(`a ${pem} b`, []), "a [secret] b");
    assert.equal(redact("a -----BEGIN PRIVATE KEY-----\nMIIBsecret", []), "a [secret]");
  });
});
