import assert from "node:assert/strict";
import fc from "fast-check";
import { createAuthority, type Issued } from "../../emulator/pki";
import { readConfig } from "../../provider/config";
import { dynamic } from "../../provider/index";
import { tooDeep } from "../../provider/resources/depth";
import type { RawInputs } from "../../provider/resources/resource";
import { codeOf } from "../../provider/text/codes";
import { toMilliseconds } from "../../provider/text/duration";
import { assertClear, assertUnpolluted, nested, nonsense, sentinel, value } from "./support";

type Kind = keyof typeof dynamic;
const kinds = Object.keys(dynamic) as Kind[];
const secretPem = `-----BEGIN PRIVATE KEY-----\n${sentinel}\n-----END PRIVATE KEY-----\n`;

/** What check and diff say of the arguments through the dynamic adapter, as the engine calls it. */
async function checked(kind: Kind, news: RawInputs, olds: RawInputs = {}) {
  const adapter = dynamic[kind];
  const { inputs, failures = [] } = await adapter.check(olds, news);
  for (const { reason } of failures) {
    assertClear(reason);
    assert.ok(codeOf(reason), `no code: ${reason}`);
  }
  await adapter.diff("id", inputs as never, news);
  await adapter.diff("id", olds as never, inputs);
  return { inputs, failures };
}

describe("hostile arguments, through the dynamic adapter", () => {
  let issued: Issued;
  const good = (): Record<Kind, RawInputs> => ({
    MtlsCertificate: {
      certificate: issued.chain,
      privateKey: issued.privateKey,
      environments: ["preview"],
      __resource: "shop/prod/backend",
    },
    EnvironmentVariable: { branch: "main", name: "TOKEN", value: sentinel, isSecret: true },
    Redeployment: { branch: "main", certificates: [], variables: [] },
    ClientMtlsCaCertificate: { certificate: issued.chain, __resource: "shop/prod/ca" },
  });

  before(async () => {
    issued = await (await createAuthority()).issue();
    const settings: Record<string, string> = { "zuplo:apiKey": sentinel, "zuplo:project": "shop" };
    const config = { get: (key: string) => settings[key] };
    for (const kind of kinds) await dynamic[kind].configure({ config } as never);
  });

  for (const kind of kinds) {
    it(`of ${kind} are accepted, or refused with sentences`, async () => {
      await fc.assert(
        fc.asyncProperty(nonsense, nonsense, async (news, olds) => {
          await checked(kind, { ...news, privateKey: secretPem }, olds);
          await checked(kind, { ...good()[kind], ...news });
        }),
        { numRuns: 60 },
      );
      assertUnpolluted();
    });

    it(`of ${kind} with one good one made bad are refused, or make no difference`, async () => {
      const all = Object.keys(good()[kind]).filter(key => !key.startsWith("__"));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...all), value, async (key, bad) => {
          const { inputs } = await checked(kind, good()[kind]);
          await checked(kind, { ...good()[kind], [key]: bad }, inputs);
        }),
        { numRuns: 40 },
      );
    });

    it(`of ${kind} are refused where they are nested deeper than 64 levels, and read up to there`, async () => {
      const property = kind === "Redeployment" ? "triggers" : "environments";
      const news = (depth: number) => ({ ...good()[kind], [property]: nested(depth) });
      assert.equal(tooDeep(news(64)), undefined);
      for (const depth of [65, 1000, 100_000]) {
        const { failures = [] } = await dynamic[kind].check({}, news(depth));
        assert.deepEqual(
          failures.map(({ reason }) => reason),
          [`${property} is nested more than 64 levels deep: give a flatter value. [ZUPLO1108]`],
        );
      }
      await checked(kind, news(64));
    });
  }

  it("that are long lists or texts take no longer than they must", async () => {
    const startedAt = performance.now();
    const many = Array.from({ length: 20_000 }, (_, index) => `certificate_${index}`);
    const { failures } = await checked("Redeployment", { branch: "main", certificates: many, variables: [] });
    assert.deepEqual(failures, []);
    await checked("Redeployment", { branch: "main", certificates: many.map(Number), variables: many });
    const long = "é".repeat(300_000);
    await checked("MtlsCertificate", { ...good().MtlsCertificate, name: long, namePrefix: long });
    await checked("EnvironmentVariable", { branch: long, name: long, value: long });
    assert.ok(performance.now() - startedAt < 5000, `${performance.now() - startedAt} ms`);
  });

  it("that are not there, or null, are missing", async () => {
    for (const kind of kinds) {
      const nothing = Object.fromEntries(Object.keys(good()[kind]).map(key => [key, null]));
      for (const news of [{}, nothing]) {
        const { failures } = await checked(kind, news);
        assert.ok(failures.some(({ reason }) => /is missing|must be given/.test(reason)));
      }
    }
  });

  it("of a nested object name the whole path of what is unknown", async () => {
    const preflight = { url: "https://example.com", timeOut: 5 };
    const { failures } = await checked("MtlsCertificate", { ...good().MtlsCertificate, preflight });
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      ["preflight.timeOut is an unknown argument: remove it. [ZUPLO1108]"],
    );
  });
});

describe("hostile durations", () => {
  it("are whole milliseconds, or none", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double(),
          fc.string({ unit: "binary" }),
          fc.string().map(text => `1${text}`),
        ),
        given => {
          const parsed = toMilliseconds(given);
          assert.ok(
            parsed === undefined || Number.isInteger(parsed) || !Number.isFinite(parsed),
            String(parsed),
          );
        },
      ),
    );
    assert.equal(toMilliseconds("1.001s"), 1001);
    assert.equal(toMilliseconds(0.0001), 1);
  });

  it("have limits: 24 hours for a wait, 100 years before an expiry", async () => {
    const redeployment = (timeout: unknown) => ({ branch: "main", certificates: [], variables: [], timeout });
    for (const timeout of ["24h", 86_400, 0.001]) {
      assert.deepEqual((await checked("Redeployment", redeployment(timeout))).failures, []);
    }
    for (const timeout of ["25h", 86_401, 1e300, "9".repeat(99)]) {
      const { failures } = await checked("Redeployment", redeployment(timeout));
      assert.deepEqual(
        failures.map(({ reason }) => reason),
        ["timeout must be at most 24 hours. [ZUPLO1108]"],
      );
    }
    const { failures } = await checked("MtlsCertificate", { warnBefore: "101y" });
    assert.ok(failures.some(({ reason }) => reason === "warnBefore must be at most 100 years. [ZUPLO1108]"));
  });
});

describe("hostile settings", () => {
  const problemsOf = (settings: Record<string, string>) => {
    const { problems } = readConfig(
      () => undefined,
      key => settings[key],
    );
    return problems.map(({ setting, reason }) => `${setting} ${reason}`);
  };

  it("are refused with a sentence, and an endpoint that is accepted is https or this machine", () => {
    const scheme = fc.constantFrom(
      "http://",
      "https://",
      "ftp://",
      "file://",
      "//",
      "",
      "HTTP://",
      "http:\\\\",
    );
    const host = fc.oneof(
      fc.constantFrom(
        "localhost",
        "127.0.0.1",
        "[::1]",
        "2130706433",
        "localhost.evil.com",
        "localhost@evil.com",
      ),
      fc.constantFrom(
        "127.0.0.1:80@evil.com",
        "evil.com#localhost",
        "0.0.0.0",
        "10.0.0.1",
        "169.254.169.254",
      ),
      fc.domain(),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(scheme, host, fc.string({ maxLength: 10 }), fc.string(), (scheme, host, path, timeout) => {
        const endpoint = `${scheme}${host}/${path}`;
        const environment = { ZUPLO_DEVELOPER_API_ENDPOINT: endpoint, ZUPLO_CALL_TIMEOUT: timeout };
        for (const problem of problemsOf(environment)) assertClear(problem);
        const { config } = readConfig(
          () => undefined,
          key => (key.endsWith("ENDPOINT") ? endpoint : undefined),
        );
        const { protocol, hostname, username } = new URL(config.endpoint);
        assert.equal(username, "");
        assert.ok(protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname), endpoint);
      }),
      { numRuns: 300 },
    );
  });

  it("never show a password that stands in the endpoint, and refuse it", () => {
    for (const endpoint of [
      `https://me:${sentinel}@dev.zuplo.com`,
      `https://dev.zuplo.com?key=${sentinel}`,
    ]) {
      const [problem = "", ...others] = problemsOf({ ZUPLO_DEVELOPER_API_ENDPOINT: endpoint });
      assert.deepEqual(others, []);
      assert.match(problem, /without user, password, query or fragment\.$/);
      assertClear(problem);
    }
  });

  it("have a limit: an hour for one call", () => {
    assert.deepEqual(problemsOf({ ZUPLO_CALL_TIMEOUT: "3600" }), []);
    for (const timeout of ["3601", "0", "-1", "Infinity", "soon"]) {
      assert.match(problemsOf({ ZUPLO_CALL_TIMEOUT: timeout }).join(), /seconds above 0, at most 3600\.$/);
    }
  });
});
