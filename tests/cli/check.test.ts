import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, createAuthority, type Issued, type IssueOptions } from "../../emulator/pki";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { Session } from "../../provider/session";
import { failureText } from "../../provider/text/codes";
import { Secret } from "../../provider/text/secret";
import { RecordingLogger } from "../support/core";
import { cli } from "./capture";

const dayMs = 24 * 60 * 60 * 1000;

describe("pulumi-zuplo check", () => {
  let folder: string;
  let authority: Authority;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-check-"));
    authority = await createAuthority();
  });
  after(() => rm(folder, { recursive: true }));

  const check = async (certificate: string, privateKey: string, ...options: string[]) => {
    const [cert, key] = [join(folder, "client.pem"), join(folder, "client-key.pem")];
    await writeFile(cert, certificate);
    await writeFile(key, privateKey, { mode: 0o600 });
    return cli(["check", cert, key, ...options]);
  };
  const issue = (options: IssueOptions = {}): Promise<Issued> => authority.issue(options);

  it("shows a good certificate: name, serial number, fingerprint, dates and chain", async () => {
    // given
    const intermediate = await authority.intermediate("Issuing CA");
    const issued = await intermediate.issue({ commonName: "shop" });
    // when
    const { code, stdout, stderr } = await check(
      issued.chain,
      issued.privateKey,
      "--resource",
      "shop/prod/backend",
    );
    // then
    assert.match(
      stdout,
      new RegExp(`^name {11}backend_prod_[0-9a-f]{4}${issued.fingerprint.slice(0, 8)}$`, "m"),
    );
    assert.match(stdout, /^subject {8}.*CN=shop$/m);
    assert.match(stdout, /^issuer {9}.*CN=Issuing CA$/m);
    assert.match(stdout, new RegExp(`^serial number {2}${issued.serialNumber}$`, "im"));
    assert.match(stdout, new RegExp(`^fingerprint {4}${issued.fingerprint} `, "m"));
    assert.match(stdout, /^valid from {5}\d{4}-\d\d-\d\dT/m);
    assert.match(stdout, /^valid to {7}\d{4}-\d\d-\d\dT/m);
    assert.match(stdout, /^chain {10}.*CN=Issuing CA, to \d{4}/m);
    assert.match(stdout, /\nGood\.\n$/);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("warns, and ends well, where the certificate can be used", async () => {
    // given
    const { chain, privateKey } = await issue({ notAfter: new Date(Date.now() + 40 * dayMs) });
    // when
    const { code, stdout } = await check(chain, privateKey, "--warn-before", "41d");
    // then
    assert.match(stdout, /^warning: the certificate expires in 39 days/m);
    assert.match(stdout, /\nGood, with 1 warning\.\n$/);
    assert.equal(code, 0);
  });

  it("tells every problem at once, each with what to do", async () => {
    // given
    const { chain } = await issue({
      notAfter: new Date(Date.now() - dayMs),
      notBefore: new Date(Date.now() - 9 * dayMs),
    });
    const { privateKey } = await issue();
    // when
    const options = ["--name", "my-cert", "--warn-before", "200y"];
    const { code, stdout } = await check(chain, privateKey, ...options);
    // then
    const problems = stdout.split("\n").filter(line => line.startsWith("problem: "));
    const expected = [
      /^--warn-before must be at most 100 years/,
      /^certificate expired at .* Use its successor/,
    ];
    expected.push(
      /^privateKey is not the key of the certificate .*: give the key/,
      /^--name 'my-cert' .*: use 'my_cert'/,
    );
    assert.equal(problems.length, expected.length, stdout);
    for (const [index, problem] of problems.entries()) {
      assert.match(problem.slice("problem: ".length), expected[index] ?? /^$/);
    }
    assert.match(stdout, /\n4 problems: a preview or a plan would fail\.\n$/);
    assert.equal(code, 1);
  });

  const bad: [string, (good: Issued, authority: Authority) => Promise<[string, string]>][] = [
    ["no PEM", async ({ privateKey }) => ["certificate", privateKey]],
    ["an empty certificate", async ({ privateKey }) => ["", privateKey]],
    ["a certificate with its key in it", async ({ chain, privateKey }) => [chain + privateKey, privateKey]],
    [
      "an encrypted key",
      async ({ chain }) => [
        chain,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----",
      ],
    ],
    ["an empty key", async ({ chain }) => [chain, ""]],
    [
      "a certificate that is not yet valid",
      async (_, ca) => {
        const { chain, privateKey } = await ca.issue({ notBefore: new Date(Date.now() + dayMs) });
        return [chain, privateKey];
      },
    ],
    [
      "a weak key and hash",
      async (_, ca) => {
        const { chain, privateKey } = await ca.issue({
          keyType: "rsa-1024",
          hash: "SHA-1",
          extendedKeyUsage: ["serverAuth"],
        });
        return [chain, privateKey];
      },
    ],
    [
      "a chain out of order",
      async (_, ca) => {
        const { chain, privateKey } = await (await ca.intermediate()).issue();
        const blocks = chain.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
        return [blocks.reverse().join("\n"), privateKey];
      },
    ],
  ];
  for (const [what, make] of bad) {
    it(`says of ${what} what a preview says`, async () => {
      // given
      const [certificate, privateKey] = await make(await issue(), authority);
      const log = new RecordingLogger();
      const config = {
        apiKey: new Secret("key"),
        project: "gateway",
        endpoint: "https://a.test",
        others: "leave" as const,
        settleMs: 0,
        callTimeout: 1,
      };
      const inputs = { certificate, privateKey, environments: ["production"] };
      const context = { session: new Session(config, { log }) };
      const { failures } = mtlsCertificate.check(context, undefined, inputs);
      const warnings = log.lines.map(line => line.replace(/^warn: MtlsCertificate '.*?': /, ""));
      assert.ok(failures.length + warnings.length > 0, "the case is none");
      // when
      const { code, stdout } = await check(certificate, privateKey);
      // then
      const said = stdout.split("\n").flatMap(line => /^(?:problem|warning): (.*)/.exec(line)?.[1] ?? []);
      const expected = [...warnings, ...failures.map(failureText)];
      assert.deepEqual(said, expected);
      assert.equal(code, failures.length > 0 ? 1 : 0);
    });
  }

  it("never shows the key", async () => {
    // given
    const { privateKey } = await issue();
    const secret = privateKey.split("\n")[1] ?? "";
    // when
    const { stdout, stderr } = await check(privateKey, privateKey);
    // then
    assert.ok(secret.length > 20 && !(stdout + stderr).includes(secret));
  });

  it("looks at a certificate without its key: a pull request has none", async () => {
    // given
    const { chain, privateKey, fingerprint } = await issue();
    await check(chain, privateKey);
    await rm(join(folder, "client-key.pem"));
    // when
    const good = await cli(["check", join(folder, "client.pem")]);
    // then
    assert.match(good.stdout, new RegExp(`^fingerprint {4}${fingerprint} `, "m"));
    assert.match(good.stdout, /^private key {4}not given, and not checked$/m);
    assert.match(good.stdout, /\nGood\.\n$/);
    assert.deepEqual([good.code, good.stderr], [0, ""]);
    // when
    await writeFile(join(folder, "client.pem"), (await issue({ notAfter: new Date(Date.now() - 1) })).chain);
    const bad = await cli(["check", join(folder, "client.pem")]);
    // then
    assert.match(bad.stdout, /^problem: certificate expired at /m);
    assert.equal(bad.code, 1);
  });

  it("gives the same as JSON", async () => {
    // given
    const intermediate = await authority.intermediate("Issuing CA");
    const { chain, privateKey, fingerprint } = await intermediate.issue({ commonName: "shop" });
    // when
    const good = await check(chain, privateKey, "--json", "--resource", "shop/prod/backend");
    // then
    const { certificate, ...rest } = JSON.parse(good.stdout);
    assert.match(certificate.name, new RegExp(`^backend_prod_[0-9a-f]{4}${fingerprint.slice(0, 8)}$`));
    assert.equal(certificate.fingerprint, fingerprint);
    assert.match(certificate.subject, /CN=shop$/);
    assert.match(certificate.intermediates[0].subject, /CN=Issuing CA$/);
    assert.deepEqual(rest, { isGood: true, privateKey: "good", problems: [], warnings: [] });
    assert.equal(good.code, 0);
    // when
    const bad = await check(chain, (await issue()).privateKey, "--json");
    // then
    const { isGood, privateKey: verdict, problems } = JSON.parse(bad.stdout);
    assert.deepEqual([isGood, verdict, bad.code], [false, "unusable", 1]);
    assert.equal(problems[0].code, "ZUPLO1219");
    assert.equal(problems[0].about, "privateKey");
    assert.match(problems[0].message, /^privateKey is not the key of the certificate/);
    // when
    const none = await check("nothing", privateKey, "--json");
    // then
    const unread = JSON.parse(none.stdout);
    assert.deepEqual([unread.certificate, unread.privateKey, none.code], [null, "notChecked", 1]);
  });

  it("refuses a place of a resource that is none", async () => {
    const { chain, privateKey } = await issue();
    const { code, stderr } = await check(chain, privateKey, "--resource", "shop/prod");
    assert.match(stderr, /^error: --resource 'shop\/prod' is not the place of a resource\.\nGive it as/);
    assert.equal(code, 64);
  });
});
