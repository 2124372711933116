import assert from "node:assert/strict";
import { type Expect, expectedOf, placeholdersIn, unmet } from "../../provider/rotation/expectation";
import { meantBy } from "../../provider/rotation/shown";
import { secretsOf } from "../../provider/rotation/verify";
import { Secret } from "../../provider/text/secret";

const placeholder = (text: string) => `\${${text}}`;
const serial = placeholder("serialNumber");
const fingerprint = placeholder("fingerprint");
const subject = placeholder("subject");
const certificate = {
  fingerprint: "0a1b2c3d4e5f",
  serialNumber: "0A4FEE01",
  subject: "C=US, O=Acme (x), CN=backend.prod",
};

/** What differs between an answer and an expectation. */
function difference(expect: Expect, body: string, headers: Record<string, string> = {}): string | undefined {
  const expected = expectedOf(expect, () => certificate);
  return unmet({ body, headers }, expected, [new Secret("zpka_key")]);
}

describe("what an answer must hold", () => {
  for (const seen of ["0a4fee01", "0A:4F:EE:01", "A4FEE01", "00:0a:4f:ee:01", 'x "A:4f:ee:01" y'])
    it(`is the serial number, spelt ${seen}`, () =>
      assert.equal(difference({ body: serial }, seen), undefined));

  for (const seen of [
    "0a4fee0",
    "0a4fee02",
    "0a4fee01f",
    "f0a4fee01",
    "F1:0A:4F:EE:01",
    "0A:4F:EE:01:F1",
    "",
  ])
    it(`is the whole serial number, and not a part of ${seen || "nothing"}`, () =>
      assert.notEqual(difference({ body: serial }, seen), undefined));

  it("is the fingerprint where text stands before it, too", () => {
    for (const seen of ["sha256:0a1b2c3d4e5f", "sha256:0A:1B:2C:3D:4E:5F"])
      for (const body of [fingerprint, `sha256:${fingerprint}`])
        assert.equal(difference({ body }, seen), undefined, `${body} in ${seen}`);
    assert.notEqual(difference({ body: `sha1:${fingerprint}` }, "sha256:0a1b2c3d4e5f"), undefined);
  });

  for (const value of ["00a1b2c3", "000a1b2c", "0000a1b2c3", "00000000a1b2"])
    for (const fact of ["fingerprint", "serialNumber"] as const)
      it(`is a ${fact} that begins with zeros (${value}), whatever stands around it`, () => {
        const own = { ...certificate, [fact]: value };
        for (const template of ["V", '"seen":"V"', "V;", "sha256:V;"]) {
          const body = template.replace("V", placeholder(fact));
          const [expected] = expectedOf({ body }, () => own);
          for (const spelt of [value, value.toUpperCase(), value.replace(/^0+/, "")])
            assert.ok(expected?.pattern.test(template.replace("V", spelt)), `${body} in ${spelt}`);
          assert.ok(!expected?.pattern.test(template.replace("V", `${value}00`)), body);
        }
      });

  it("is the subject in either order, and no longer one", () => {
    for (const seen of [
      "C=US, O=Acme (x), CN=backend.prod",
      "CN=backend.prod,O=Acme (x),C=US",
      '"C=US\\nO=Acme (x)\\nCN=backend.prod"',
      "/C=US/O=Acme (x)/CN=backend.prod",
    ])
      assert.equal(difference({ body: subject }, seen), undefined, seen);
    assert.notEqual(difference({ body: subject }, "C=US, O=Acme (x), CN=backend.prod.test"), undefined);
    assert.notEqual(difference({ body: subject }, "C=US, O=Acme  x , CN=backend.prod"), undefined);
  });

  it("may be plain text, in which nothing is special", () => {
    assert.equal(difference({ body: '{"ok": [1.5]}' }, 'a {"ok": [1.5]} b'), undefined);
    assert.notEqual(difference({ body: "1.5" }, "1x5"), undefined);
  });

  it("may stand in a header, whatever the case of its name", () => {
    const expect = { headers: { "X-Client-Serial": serial } };
    assert.equal(difference(expect, "", { "x-client-serial": "0a4fee01" }), undefined);
    assert.equal(
      difference(expect, ""),
      "without the header 'x-client-serial', which should contain '0A4FEE01'",
    );
    assert.equal(
      difference(expect, "", { "x-client-serial": "77" }),
      "with the header 'x-client-serial': '77' instead of one that contains '0A4FEE01'",
    );
  });

  it("is told with what was seen, shortened, on one line and without secrets", () => {
    const said = difference({ body: serial }, `no\nzpka_key ${"not it ".repeat(1000)}`);
    assert.match(
      said ?? "",
      /^with the body 'no \[secret\] (not it ){20,}.*…' instead of one that contains '0A4FEE01'$/,
    );
    assert.ok((said ?? "").length < 300);
    assert.equal(
      difference({ body: serial }, " \n"),
      "with the body empty instead of one that contains '0A4FEE01'",
    );
  });

  it("is found in anything in a time that grows with its length, and no faster", () => {
    // Processor time, since other tests run beside this one; those before it have left secrets that are searched for.
    const timeFor = (length: number) => {
      const startedAt = process.cpuUsage();
      for (const seen of ["0", "00:", "0a:4f:ee:", "0a4fee", "C=US, ", "aa:"]) {
        const body = seen.repeat(Math.ceil(length / seen.length));
        for (const wanted of [serial, fingerprint, subject]) difference({ body: wanted }, body);
      }
      const { user, system } = process.cpuUsage(startedAt);
      return (user + system) / 1000;
    };
    timeFor(1024);
    const short = timeFor(128 * 1024);
    const long = timeFor(1024 ** 2);
    // Eight times as long; what grows with the square takes 64 times as much.
    assert.ok(long < 30 * short + 500, `${short} ms, ${long} ms`);
  });
});

describe("a placeholder", () => {
  it("is one of three, with a variable or without; anything else of that form is wrong", () => {
    const template = `${serial} ${placeholder("subject:MY_CERT")} ${placeholder("serial")} ${placeholder("")} $x {y}`;
    const { found, wrong } = placeholdersIn(template);
    assert.deepEqual(
      found.map(({ fact, variable }) => [fact, variable]),
      [
        ["serialNumber", undefined],
        ["subject", "MY_CERT"],
      ],
    );
    assert.deepEqual(wrong, [placeholder("serial"), placeholder("")]);
  });

  const variable = (name: string, value: string) => ({ branch: "main", name, value });
  const meant = (
    name: string | undefined,
    certificates: string[],
    variables: ReturnType<typeof variable>[],
  ) => meantBy({ variable: name }, { certificates, variables });

  it("stands for the one certificate that the deployment uses", () => {
    assert.deepEqual(meant(undefined, ["new"], []), { name: "new" });
    // One that a canary keeps bound beside it is named by nothing.
    assert.deepEqual(meant(undefined, ["new", "old"], [variable("A", "new")]), { name: "new" });
  });

  it("needs the variable where there are several", () => {
    const both = [variable("A", "one"), variable("B", "two")];
    assert.ok("problem" in meant(undefined, ["one", "two"], both));
    assert.deepEqual(meant("B", ["one", "two"], both), { name: "two" });
    assert.ok("problem" in meant("C", ["one", "two"], both));
    assert.ok("problem" in meant(undefined, [], []));
  });
});

describe("the secrets of a request", () => {
  it("are each header, the tokens in it, and what Basic encodes", () => {
    const basic = `Basic ${Buffer.from("user:correct horse").toString("base64")}`;
    const secrets = secretsOf({
      authorization: new Secret("Bearer zpka_12345678"),
      other: new Secret(basic),
    });
    const texts = secrets.map(secret => secret.reveal());
    for (const secret of ["Bearer zpka_12345678", "zpka_12345678", "correct horse", "user:correct horse"])
      assert.ok(texts.includes(secret), secret);
    assert.ok(!texts.includes("Bearer"));
  });
});
