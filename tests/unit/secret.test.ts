import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, inspect } from "node:util";
import { secretsIn, wireText } from "../../provider/api/wire";
import { quote, redact } from "../../provider/text/redact";
import { keepSecret, Secret } from "../../provider/text/secret";

const root = resolve(__dirname, "../..");
const text = "a-value-that-nobody-may-see";

describe("a secret", () => {
  const secret = new Secret(text);

  const ways: [string, () => string][] = [
    ["in a text", () => `${secret}`],
    ["added to a text", () => `x${String(secret)}`],
    ["as JSON", () => JSON.stringify({ key: secret, list: [secret] })],
    ["inspected, however deep", () => inspect({ a: { b: { c: secret } } }, { depth: 9, showHidden: true })],
    ["by a logger's format", () => format("%s %o %O %j", secret, secret, secret, secret)],
    ["in the message of an error", () => new Error(`refused ${secret}`).stack ?? ""],
    ["with its properties spread", () => JSON.stringify({ ...secret, keys: Object.keys(secret) })],
    ["cloned", () => JSON.stringify(structuredClone({ ...secret }))],
  ];
  for (const [way, print] of ways) {
    it(`is not seen ${way}`, () => {
      assert.ok(!print().includes(text));
    });
  }

  it("is sent in clear, by the wire alone", () => {
    const body = { name: "backend", key: secret, nested: { list: [secret, 1, null] } };
    assert.equal(
      wireText(body),
      JSON.stringify({ name: "backend", key: text, nested: { list: [text, 1, null] } }),
    );
    assert.deepEqual(secretsIn(body), [secret, secret]);
  });

  it("is cut out of every text from its making on, but not where it is a word of our own messages", () => {
    assert.equal(redact(`it was ${text}.`), "it was [secret].");
    new Secret("production");
    assert.equal(redact("is not enabled for production"), "is not enabled for production");
    new Secret("https://");
    assert.equal(redact("asked https://dev.zuplo.com"), "asked https://dev.zuplo.com");
  });

  it("is cut out as a whole, where a part of it is one, too", () => {
    new Secret("half-of-the-text");
    new Secret("this is half-of-the-text, and more");
    assert.equal(redact("it was this is half-of-the-text, and more."), "it was [secret].");
  });

  it("of a few characters is cut out where it is spoken of only", () => {
    const short = new Secret("abc123");
    assert.equal(quote("abc123"), "abc123");
    assert.equal(quote("is abc123 good", [short]), "is [secret] good");
  });

  it("is revealed in few places: where it is sent, compared with its certificate, or looked for", () => {
    const files = ["provider", "cli", "sdk"].flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter(file => file.endsWith(".ts"))
        .map(file => join(folder, file)),
    );
    const places = files.filter(file => readFileSync(join(root, file), "utf8").includes(".reveal()"));
    assert.deepEqual(places.sort(), [
      "provider/api/wire.ts",
      "provider/certificates/preflight.ts",
      "provider/certificates/privateKey.ts",
      "provider/rotation/verify.ts",
      "provider/text/redact.ts",
      "provider/text/secret.ts",
    ]);
  });
});

describe("a text by others", () => {
  it("shows no token, and no secret that somebody else has kept", () => {
    keepSecret("kept by an earlier run");
    for (const [said, shown] of [
      ["Authorization: Bearer zpka_0123456789abcdef refused", "Authorization: Bearer [secret] refused"],
      ["basic dXNlcjpjb3JyZWN0IGhvcnNl", "basic [secret]"],
      ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl is old", "token [secret] is old"],
      ["TOKEN=kept by an earlier run", "TOKEN=[secret]"],
    ] as const)
      assert.equal(quote(said), shown);
  });

  it("keeps its words", () => {
    for (const said of [
      "Bearer authentication is required",
      "basic information is missing",
      "eyJ is no token",
    ])
      assert.equal(quote(said), said);
  });

  it("is read in a time that grows with its length", () => {
    const startedAt = performance.now();
    for (const piece of ["Bearer ", "eyJ", "eyJaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "Basic a"])
      redact(piece.repeat(100_000));
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed < 5000, `${elapsed} ms`);
  });
});
