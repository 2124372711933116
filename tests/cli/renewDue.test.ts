import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Authority, createAuthority, type IssueOptions } from "../../emulator/pki";
import { cli } from "./capture";

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const program = resolve(__dirname, "../../bin/pulumi-zuplo");

describe("pulumi-zuplo renew-due", () => {
  let folder: string;
  let authority: Authority;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-renew-due-"));
    file = join(folder, "client.pem");
    authority = await createAuthority();
  });
  after(() => rm(folder, { recursive: true }));

  /** Half a minute more than is said, so that no test depends on how long it takes. */
  const validFor = (past: number, left: number): IssueOptions => ({
    notBefore: new Date(Date.now() - past),
    notAfter: new Date(Date.now() + left + 30_000),
  });
  const write = async (past: number, left: number, by = authority) => {
    const { chain } = await by.issue(validFor(past, left));
    await writeFile(file, chain);
    return chain;
  };
  const ask = (...options: string[]) => cli(["renew-due", file, ...options]);

  it("says that a certificate is not due, and ends with 0", async () => {
    // given
    await write(3 * dayMs, 7 * dayMs);
    // when
    const { code, stdout, stderr } = await ask("--before", "30%");
    // then
    assert.match(
      stdout,
      /^\S+client\.pem is not due: it expires \d{4}-\d\d-\d\dT\S+Z, in 7 days \(70% of its lifetime is left\)\.\n$/,
    );
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });

  it("says that a certificate is due, and ends with 2", async () => {
    // given
    await write(8 * dayMs, 2 * dayMs);
    // when
    const { code, stdout } = await ask("--before", "30%");
    // then
    assert.match(
      stdout,
      /is due: it expires \S+Z, in 2 days \(20% of its lifetime is left\)\. \[ZUPLO1216\]\n$/,
    );
    assert.equal(code, 2);
  });

  const limits: [string, number, number, string[], number][] = [
    ["a share", 60, 40, ["--before", "39%"], 0],
    ["a share", 60, 40, ["--before", "41 %"], 2],
    ["a fraction of a percent", 60, 40, ["--before", "40.5%"], 2],
    ["hours", 60, 40, ["--before", "39h"], 0],
    ["hours", 60, 40, ["--before", "41h"], 2],
    ["seconds", 60, 40, ["--before", String(41 * 3600)], 2],
    ["a third of the lifetime by itself", 60, 40, [], 0],
    ["a third of the lifetime by itself", 70, 30, [], 2],
    ["30 days of a long lifetime by itself", 200 * 24, 31 * 24, [], 0],
    ["30 days of a long lifetime by itself", 200 * 24, 29 * 24, [], 2],
  ];
  for (const [what, past, left, options, expected] of limits) {
    it(`takes ${what}: ${left} of ${past + left} hours left, ${options.join(" ") || "no --before"}`, async () => {
      await write(past * hourMs, left * hourMs);
      assert.equal((await ask(...options)).code, expected);
    });
  }

  for (const before of ["0.3", "30"]) {
    it(`refuses --before ${before}, which could be a share, days or seconds`, async () => {
      await write(60 * hourMs, 40 * hourMs);
      const { code, stderr } = await ask("--before", before);
      assert.equal(code, 64);
      assert.match(
        stderr,
        /a share above 0% and below 100%, such as "30%", or a duration such as "12h" or "7d"/,
      );
    });
  }

  it("counts an expired certificate as due", async () => {
    // given
    await write(5 * dayMs, -3 * dayMs);
    // when
    const { code, stdout } = await ask("--before", "1s");
    // then
    assert.match(stdout, /is due: it expired \S+Z, 2 days ago\. \[ZUPLO1216\]\n$/);
    assert.equal(code, 2);
  });

  it("says that a certificate is not valid yet, and does not ask for another one", async () => {
    // given
    await write(-2 * dayMs, 12 * dayMs);
    // when
    const { code, stdout } = await ask();
    // then
    assert.match(
      stdout,
      /is not due: it is not valid before \S+Z, and it expires \S+Z, in 12 days\. \[ZUPLO1215\]\n$/,
    );
    assert.equal(code, 0);
  });

  it("looks at the leaf, whatever is left of an intermediate that lasts longer", async () => {
    await write(1 * dayMs, 9 * dayMs, await authority.intermediate("Issuing CA"));
    assert.match((await ask("--before", "30%")).stdout, /is not due: it expires \S+Z, in 9 days \(90%/);
  });

  it("names the intermediate that expires before the leaf, since the chain is of no use then", async () => {
    // given
    const old = await createAuthority(validFor(99 * dayMs, 1 * dayMs));
    await write(9 * dayMs, 30 * dayMs, await old.intermediate("Issuing CA"));
    // when
    const { code, stdout } = await ask("--before", "30%");
    // then
    assert.match(
      stdout,
      /is due: its intermediate .*CN=Issuing CA expires \S+Z, in 24 hours \(10% of its lifetime is left\)/,
    );
    assert.equal(code, 2);
  });

  it("warns of a time with which the certificate would always be due", async () => {
    // given
    await write(1 * hourMs, 23 * hourMs);
    // when
    const { code, stderr } = await ask("--before", "7d");
    // then
    assert.match(
      stderr,
      /^warning: --before is no shorter than .* of 24 hours: it is always due\. \[ZUPLO1216\]\n$/,
    );
    assert.equal(code, 2);
  });

  it("gives the same as JSON", async () => {
    // given
    await write(60 * hourMs, 40 * hourMs);
    // when
    const { code, stdout } = await ask("--before", "50%", "--json");
    // then
    const { due, dueFrom, expires, secondsLeft, shareLeft, code: message } = JSON.parse(stdout);
    assert.deepEqual([due, message, code], [true, "ZUPLO1216", 2]);
    assert.ok(Math.abs(Date.parse(expires) - Date.parse(dueFrom) - 50 * hourMs) < 60_000);
    assert.ok(Math.abs(secondsLeft - 40 * 3600) <= 60);
    assert.ok(Math.abs(shareLeft - 0.4) < 0.01);
  });

  it("reads standard input", async () => {
    // given
    const chain = await write(1 * dayMs, 1 * dayMs);
    // when
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>(done => {
      const child = execFile(
        process.execPath,
        [program, "renew-due", "-", "--before", "60%"],
        (error, stdout) => done({ code: error?.code, stdout }),
      );
      child.stdin?.end(chain);
    });
    // then
    assert.match(stdout, /^The certificate is due: /);
    assert.equal(code, 2);
  });

  describe("ends with 1, or with 64 for a wrong command line, and never with 2, where", () => {
    const good = () => authority.issue();
    const reversed = async () => {
      const { chain } = await (await authority.intermediate()).issue();
      return (chain.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g) ?? []).reverse().join("\n");
    };
    const unreadable: [string, () => Promise<string>, RegExp][] = [
      ["the file is empty", async () => "", /is empty/],
      ["the file is no PEM", async () => "soon", /is not PEM/],
      ["the certificate is damaged", async () => (await good()).chain.slice(0, 300), /is damaged/],
      ["the file holds a private key", async () => (await good()).privateKey, /contains a private key/],
      ["the issuer comes first", reversed, /is out of order/],
    ];
    for (const [what, make, expected] of unreadable) {
      it(what, async () => {
        await writeFile(file, await make());
        const { code, stdout, stderr } = await ask();
        assert.match(stderr, expected);
        assert.match(stderr, /^error: .*\nGive the certificate as PEM: .* \[ZUPLO1214\]\n$/);
        assert.equal(stdout, "");
        assert.equal(code, 1);
      });
    }

    it("there is no file", async () => {
      const { code, stderr } = await cli(["renew-due", join(folder, "none.pem")]);
      assert.match(stderr, /^error: .*none\.pem: there is no such file\.\nGive the path of the certificate/);
      assert.equal(code, 1);
      const { stdout } = await cli(["renew-due", join(folder, "none.pem"), "--json"]);
      assert.equal(JSON.parse(stdout).code, "ZUPLO1503");
    });

    for (const before of ["", "0%", "100%", "130%", "-5%", "30 percent", "0", "-7d", "soon", "99999999d"]) {
      it(`--before is '${before}'`, async () => {
        await write(9 * dayMs, 1 * dayMs);
        const { code, stdout, stderr } = await ask(`--before=${before}`);
        assert.match(stderr, /is invalid\. Expected a share above 0% and below 100%.* \[ZUPLO1503\]\n/);
        assert.equal(stdout, "");
        assert.equal(code, 64);
      });
    }
  });

  describe("the script in its help", () => {
    const run = async (code: number) => {
      const { stdout } = await cli(["renew-due", "--help"]);
      const [script = assert.fail(stdout)] = /^ {2}code=0\n[\s\S]*?^ {2}esac$/m.exec(stdout) ?? [];
      const stubs = `pulumi-zuplo() { return ${code}; }\nstep() { echo renewed; }\n`;
      return new Promise<{ code: unknown; stdout: string }>(done =>
        execFile("bash", ["--norc", "-ec", `${stubs}${script}\necho on`], (error, stdout) =>
          done({ code: error?.code ?? 0, stdout }),
        ),
      );
    };

    it("renews what is due, and goes on", async () => {
      assert.deepEqual(await run(2), { code: 0, stdout: "renewed\non\n" });
    });

    it("goes on with what is not due", async () => {
      assert.deepEqual(await run(0), { code: 0, stdout: "on\n" });
    });

    it("ends where something is wrong", async () => {
      assert.deepEqual(await run(1), { code: 1, stdout: "" });
    });
  });
});
