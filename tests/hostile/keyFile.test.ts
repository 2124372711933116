import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, type Issued } from "../../emulator/pki";
import { settingsOf } from "../../emulator/settings";
import { onceLogger } from "../../provider/adapters/engineLog";
import { maxPemLength } from "../../provider/certificates/parse";
import { readPrivateKey } from "../../provider/certificates/privateKey";
import { mtlsCertificate } from "../../provider/resources/mtlsCertificate/lifecycle";
import { cli } from "../cli/capture";
import { contextOf, RecordingLogger, withEmulator } from "../support/core";
import { assertClear } from "./support";

describe("a hostile place of the private key", () => {
  let folder: string;
  let issued: Issued;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-key-"));
    issued = await (await createAuthority()).issue();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await writeFile(join(folder, "huge"), "");
    await truncate(join(folder, "huge"), 5 * 1024 ** 3);
    await writeFile(join(folder, "longest"), issued.privateKey.padEnd(maxPemLength));
    await writeFile(join(folder, "longer"), issued.privateKey.padEnd(maxPemLength + 1));
    await symlink("loop", join(folder, "loop"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const refused: [string, () => string, RegExp][] = [
    [
      "a pipe that nobody writes to",
      () => join(folder, "pipe"),
      /is not a regular file: write the key to one/,
    ],
    ["a device without an end", () => "/dev/zero", /is not a regular file/],
    ["a folder", () => folder, /is a folder: give the path of the PEM file/],
    ["a file of 5 GiB", () => join(folder, "huge"), /is longer than 262144 bytes/],
    ["a file a byte too long", () => join(folder, "longer"), /is longer than 262144 bytes/],
    ["a link to itself", () => join(folder, "loop"), /cannot be read \(ELOOP\): correct the path/],
    ["a path with a zero byte", () => "key\0.pem", /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
    ["a path that is too long", () => "k".repeat(5000), /cannot be read \(ENAMETOOLONG\)/],
  ];
  for (const [title, path, says] of refused) {
    it(`is refused in preview and at the upload: ${title}`, () =>
      withEmulator({}, async emulator => {
        const startedAt = performance.now();
        const context = contextOf(emulator);
        const news = {
          certificate: issued.chain,
          privateKeySource: { file: path() },
          environments: ["preview"],
        };
        const { inputs, failures } = mtlsCertificate.check(context, undefined, news);
        const [failure, ...others] = failures;
        assert.deepEqual(others, []);
        assert.equal(failure?.property, "privateKeySource");
        assert.match(String(failure?.reason), says);
        await assert.rejects(
          mtlsCertificate.create(context, mtlsCertificate.contract.inputs.parse(inputs)),
          (error: Error) => {
            assert.match(error.message, says);
            assertClear(error.message);
            return true;
          },
        );
        assert.deepEqual(emulator.writes(), []);
        assert.ok(performance.now() - startedAt < 1000);
      }));
  }

  it("that is not there is a warning in preview, and refused at the upload", () =>
    withEmulator({}, async emulator => {
      const log = new RecordingLogger();
      const context = contextOf(emulator, { log });
      for (const source of [
        { file: join(folder, "missing") },
        { file: join(folder, "longest", "key.pem") },
        { env: "NOT_SET_ANYWHERE" },
        // what every object has is no variable
        { env: "__proto__" },
        { env: "constructor" },
      ]) {
        const news = { certificate: issued.chain, privateKeySource: source, environments: ["preview"] };
        const { inputs, failures } = mtlsCertificate.check(context, undefined, news);
        assert.deepEqual(failures, []);
        assert.match(String(log.lines.pop()), /cannot be checked against its key: .* is not there now/);
        await assert.rejects(
          mtlsCertificate.create(context, mtlsCertificate.contract.inputs.parse(inputs)),
          /the private key is not there/,
        );
      }
    }));

  it("that others may read is taken with a warning that names the file: once, however many use it", () =>
    withEmulator({}, async emulator => {
      if (process.platform === "win32") return;
      for (const [mode, isShared] of [
        [0o600, false],
        [0o400, false],
        [0o640, true],
        [0o604, true],
        [0o644, true],
      ] as const) {
        // given
        const file = join(folder, `mode ${mode.toString(8)}`);
        await writeFile(file, issued.privateKey);
        await chmod(file, mode);
        const said: string[] = [];
        const context = contextOf(emulator, {
          log: onceLogger(async ({ message }) => void said.push(message)),
        });
        const news = { certificate: issued.chain, privateKeySource: { file }, environments: ["preview"] };
        // when
        for (const name of ["one", "other"]) {
          const { failures } = mtlsCertificate.check(context, undefined, { ...news, name });
          assert.deepEqual(failures, []);
        }
        // then
        const warning = `The file '${file}', which holds the private key, can be read by others on this machine: run \`chmod 600 '${file}'\`. [ZUPLO1107]`;
        assert.deepEqual(said, isShared ? [warning] : [], mode.toString(8));
      }
    }));

  it("that others may read is a warning of the command, too, for a private key and an API key", () =>
    withEmulator({}, async emulator => {
      if (process.platform === "win32") return;
      // given
      const [cert, key, apiKey] = ["cert.pem", "key.pem", "api-key"].map(name => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const { ZUPLO_API_KEY: secret = "", ...env } = settingsOf(emulator);
      await writeFile(cert, issued.chain);
      await writeFile(key, issued.privateKey);
      await writeFile(apiKey, secret);
      for (const [mode, lines] of [
        [0o644, 1],
        [0o600, 0],
      ] as const) {
        for (const file of [key, apiKey]) await chmod(file, mode);
        // when
        const checked = await cli(["check", cert, key]);
        const told = await cli(["status", "--api-key-file", apiKey], { env });
        // then
        for (const [{ code, stderr }, file] of [
          [checked, key],
          [told, apiKey],
        ] as const) {
          assert.equal(code, 0, stderr);
          const warnings = stderr.split("\n").filter(line => line !== "");
          assert.equal(warnings.length, lines, stderr);
          for (const line of warnings) assert.ok(line.includes(`chmod 600 ${file}`), line);
          assert.match(
            stderr,
            lines === 0 ? /^$/ : /^warning: The file '.*', which holds the (private|API) key, can be/,
          );
        }
      }
    }));

  it("without an end, or that is none, ends the command at once", async () => {
    const env = { ZUPLO_PROJECT: "gateway" };
    for (const file of ["/dev/zero", join(folder, "pipe"), join(folder, "huge")]) {
      const startedAt = performance.now();
      for (const args of [
        ["check", file, file],
        ["status", "--api-key-file", file],
      ]) {
        const { code, stderr } = await cli(args, { env });
        assert.equal(code, 1);
        assert.match(stderr, /^error: .*: (this is not a regular file|it is longer than 256 KiB)\.\n/);
      }
      assert.ok(performance.now() - startedAt < 1000);
    }
  });

  it("that is as long as it may be is read", () => {
    const { text, problem } = readPrivateKey({ file: join(folder, "longest") });
    assert.equal(problem, undefined);
    assert.equal(text?.reveal().trimEnd(), issued.privateKey.trimEnd());
  });
});
