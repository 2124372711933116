import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readAuthority, writePki } from "../../emulator/pkiFolder";
import { issueInto } from "../../scripts/certificates/issue";

describe("scripts/certificates.ts", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-certificates-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  it("makes a CA and a certificate of it, readable by their owner only", async () => {
    const { isNew, fingerprint } = await issueInto(folder);
    assert.equal(isNew, true);
    assert.deepEqual(readdirSync(folder).sort(), ["ca-key.pem", "ca.pem", "client-key.pem", "client.pem"]);
    for (const name of readdirSync(folder))
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    const leaf = new X509Certificate(read("client.pem"));
    assert.ok(leaf.verify(new X509Certificate(read("ca.pem")).publicKey));
    assert.equal(leaf.fingerprint256.replaceAll(":", "").toLowerCase(), fingerprint);
  });

  it("keeps what is there, and issues the next one only when told to", async () => {
    const first = await issueInto(folder);
    const ca = read("ca.pem");
    const kept = await issueInto(folder);
    assert.deepEqual(kept, { ...first, isNew: false });
    const next = await issueInto(folder, { rotate: true, days: 1 });
    assert.notEqual(next.fingerprint, first.fingerprint);
    assert.ok(Date.parse(next.validTo) < Date.now() + 25 * 3_600_000);
    assert.equal(read("ca.pem"), ca);
  });

  it("has several certificates of one CA, which may lie elsewhere", async () => {
    await issueInto(folder, { name: "staging" });
    const other = join(folder, "other");
    await issueInto(other, { name: "production", caFolder: folder });
    assert.deepEqual(readdirSync(other).sort(), ["production-key.pem", "production.pem"]);
    const issuer = new X509Certificate(read("ca.pem")).publicKey;
    assert.ok(new X509Certificate(readFileSync(join(other, "production.pem"))).verify(issuer));
    await assert.rejects(issueInto(other, { caFolder: join(folder, "nowhere") }), /there is no CA in/);
  });

  it("shares its files with the emulator's --pki", async () => {
    const { fingerprint } = await issueInto(folder);
    const authority = await readAuthority(folder);
    assert.ok(authority);
    // when the emulator starts with them
    await writePki(folder, authority);
    // then
    assert.equal((await issueInto(folder)).fingerprint, fingerprint);
  });

  it("leaves no key readable that the emulator's --pki finds there", async () => {
    await issueInto(folder);
    const authority = await readAuthority(folder);
    assert.ok(authority);
    const key = read("client-key.pem");
    // given keys that everybody may read, and what a run left that was killed while it wrote
    writeFileSync(join(folder, "ca-key.pem.new"), "");
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    // when the emulator starts with them
    await writePki(folder, authority);
    // then
    assert.equal(read("client-key.pem"), key);
    for (const name of ["ca-key.pem", "client-key.pem"])
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    assert.ok(!readdirSync(folder).some(name => name.endsWith(".new")));
  });

  it("says what it has written, and what it does not understand", async () => {
    assert.match((await run(folder)).stdout, /client\.pem {2}new certificate\n/);
    assert.match((await run(folder)).stdout, /kept \(--rotate issues the next\)/);
    assert.match((await run(folder, "--rotate")).stdout, /next certificate/);
    for (const args of [["--days", "x"], ["--name", "a/b"], ["--name", "ca"], ["another"]]) {
      const { code, stderr } = await run(folder, ...args);
      assert.equal(code, 1);
      assert.match(stderr, /^certificates: \S.*\n$/);
    }
  });
});

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const root = resolve(__dirname, "../..");
  const command = ["--import", "tsx", join(root, "scripts/certificates.ts"), ...args];
  return new Promise(settle => {
    const child = execFile(process.execPath, command, { cwd: root }, (_, stdout, stderr) =>
      settle({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}
