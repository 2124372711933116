import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../cli/errors";
import { openTerminal, paint } from "../../cli/terminal";
import { type CallKind, type Emulator, spoil } from "../../emulator";
import { createAuthority } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { onceLogger } from "../../provider/adapters/engineLog";
import { Invalid } from "../../provider/api/errors";
import { coded } from "../../provider/text/codes";
import { oneLine } from "../../provider/text/redact";
import { keepSecret } from "../../provider/text/secret";
import { cli } from "../cli/capture";
import { withEmulator } from "../support/core";

/** Sequences of a terminal in both spellings, ends of lines of all kinds, and marks that turn a text around. */
const steers = [
  ..."\u001b\u0007\u0000\u007f\u0085\u009b\u009d",
  ..."\n\r\u2028\u2029",
  ..."\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff",
];
/** A title of the window, a line of one's own, a colour, and a text that reads the other way round. */
const evil = `a\u001b]0;title\u0007\nacme/gateway: 0 certificates\r\u009b31mb${steers.join("c")}d`;

/** Whatever was printed but for the ends of its lines. */
function assertSteersNothing(text: string): void {
  const found = steers.filter(mark => mark !== "\n" && text.includes(mark));
  assert.deepEqual(found, [], JSON.stringify(text));
}

const certificateInfo = {
  subject: `CN=${evil}`,
  issuer: `CN=${evil}`,
  validFrom: `2020${evil}`,
  validTo: `soon${evil}`,
  serialNumber: evil,
};

/** Everything that Zuplo tells of a project, with such texts wherever there is one. */
function tell(emulator: Emulator): void {
  const answers: [CallKind, unknown][] = [
    [
      "certificate.list",
      {
        data: [
          {
            id: "cert_1",
            name: evil,
            certificateInfo,
            environments: { preview: true, production: true },
            createdOn: evil,
          },
        ],
      },
    ],
    [
      "deployment.list",
      {
        data: [
          {
            name: `own-${evil}`,
            branchName: evil,
            environmentType: "PRODUCTION",
            state: evil,
            updatedOn: evil,
          },
          { name: `copy-${evil}`, branchName: evil, environmentType: "WORKING_COPY", label: evil, url: evil },
        ],
      },
    ],
    [
      "environment.list",
      { data: [{ name: `env-${evil}`, branchName: evil, environmentType: "production" }, { name: evil }] },
    ],
    ["environment.configurations", { [`NAME${evil}`]: evil }],
  ];
  for (const [kind, body] of answers)
    emulator.onCall(spoil(call => call.kind === kind || call.kind === "unknown", { status: 200, body }, 99));
}

describe("a text by others that would steer a terminal", () => {
  for (const [title, args] of [
    ["status", ["status", "--within", "1d"]],
    ["prune", ["prune", "backend_prod_8d80"]],
    ["prune by the very name", ["prune", evil]],
    ["release", ["release", evil, "--branch", evil, "--value", "none"]],
  ] as const) {
    it(`is harmless in what ${title} prints, and makes no line of its own`, () =>
      withEmulator({}, async emulator => {
        // given
        tell(emulator);
        const env = settingsOf(emulator);
        // when
        const plain = await cli(args, { env });
        const colours = await cli(args, { env, tty: "colours" });
        // then
        const text = plain.stdout + plain.stderr;
        assert.ok(text.length > 0);
        assertSteersNothing(text);
        assert.doesNotMatch(text, /^acme\/gateway: 0 certificates/m);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the command's own colours
        assertSteersNothing(colours.stdout.replace(/\u001b\[\d{1,2}m/g, ""));
      }));
  }

  it("is harmless in JSON, which says the same all the same", () =>
    withEmulator({}, async emulator => {
      // given
      tell(emulator);
      // when
      const { stdout } = await cli(["status", "--json"], { env: settingsOf(emulator) });
      // then
      assertSteersNothing(stdout);
      assert.equal(JSON.parse(stdout).certificates[0].name, evil);
    }));

  it("is harmless in an error of the API", () =>
    withEmulator({}, async emulator => {
      // given
      const body = { title: evil, detail: evil };
      emulator.onCall(spoil(({ kind }) => kind === "certificate.list", { status: 400, body }, 99));
      // when
      const { stderr, code } = await cli(["status"], { env: settingsOf(emulator) });
      // then
      assert.equal(code, 1);
      assertSteersNothing(stderr);
      assert.equal(stderr.trimEnd().split("\n").length, 2);
    }));

  it("is harmless where an argument of the command line has it", async () => {
    for (const [expected, args] of [
      [exitCodes.usage, [evil]],
      [exitCodes.failed, ["check", evil, evil]],
      [exitCodes.usage, ["check", "a", "b", "--resource", evil]],
      [exitCodes.failed, ["init", `/dev/null/${evil.replaceAll("\u0000", "")}`]],
      [exitCodes.usage, ["status", "--within", evil]],
    ] as const) {
      const { stderr, code } = await cli(args, { env: {} });
      assert.equal(code, expected, args[0]);
      assertSteersNothing(stderr);
    }
  });

  it("is harmless in the names of a certificate that is checked", async () => {
    // given
    const folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-terminal-"));
    try {
      const authority = await createAuthority({ commonName: "i\u202e\u2066\u009b31mssuer" });
      const issued = await authority.issue({ commonName: "a\u202eb\u2067c\u200f\u061cd" });
      const paths = [join(folder, "client.pem"), join(folder, "key.pem")] as const;
      await writeFile(paths[0], issued.chain);
      await writeFile(paths[1], issued.privateKey, { mode: 0o600 });
      // when
      const { stdout, code } = await cli(["check", ...paths]);
      // then
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^subject .*a b c {2}d/m);
      assertSteersNothing(stdout);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is harmless in every line of the log", () => {
    // given
    const said: string[] = [];
    const log = onceLogger(async ({ message }) => void said.push(message));
    // when
    log.info(coded("ZUPLO1302", `EnvironmentVariable '${evil}' existed`));
    log.warn(coded("ZUPLO1201", `MtlsCertificate '${evil}'`));
    // then
    assert.equal(said.length, 2);
    for (const message of said) {
      assertSteersNothing(message);
      assert.ok(!message.includes("\n"));
    }
  });

  it("is harmless in an error's advice, as in its problem", () => {
    const operation = { verb: "find", resource: "account", name: evil };
    const { message } = new Invalid({
      operation,
      problem: evil,
      advice: `Use ${evil}.`,
      code: "ZUPLO1604",
    });
    assertSteersNothing(message);
    assert.equal(message.split("\n").length, 2);
  });

  it("leaves what is written from right to left as it is", () => {
    for (const name of ["شهادة", "אישור", "証明書", "é"]) assert.equal(oneLine(name), name);
  });
});

describe("a line of the terminal", () => {
  it("has styles from the command only, and holds no secret that was sent", () => {
    // given
    keepSecret("s3cret-of-this-test");
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text), isTTY: true, hasColors: () => true };
    const terminal = openTerminal(output, output);
    // when
    terminal.out([paint("red", "a\u001b[32mb"), " c\nd"], "s3cret-of-this-test");
    terminal.json({ "s3cret-of-this-test": "s3cret-of-this-test" });
    // then
    assert.deepEqual(written.slice(0, 2), ["\u001b[31ma [32mb\u001b[39m c d\n", "[secret]\n"]);
    assert.deepEqual(JSON.parse(written[2] ?? ""), { "s3cret-of-this-test": "[secret]" });
  });
});
