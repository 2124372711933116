import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { mirrorFiles, mirrorText, writeMirror } from "../../cli/terraformMirror";
import { handshakeLine, readHandshake } from "../../provider/adapters/terraform/handshake";
import { defaultHosts, sourceAddress } from "../../provider/adapters/terraformAddress";
import { version } from "../../provider/version";
import { cli } from "./capture";

const root = resolve(__dirname, "../..");
const linux = { platform: "linux", arch: "x64" };
const executableOf = (host: string) =>
  join(host, sourceAddress, version, "linux_amd64", `terraform-provider-zuplo_v${version}`);

describe("pulumi-zuplo terraform-mirror", () => {
  let folder: string;

  before(function () {
    if (process.platform === "win32") this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-zuplo-mirror-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const filesIn = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name));

  it("lays out both engines' folders, and prints what makes them look there", async () => {
    // when
    const { code, stdout, stderr } = await cli(["terraform-mirror", join(folder, "my mirror")]);
    // then
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(join(folder, "my mirror")).sort(), [...defaultHosts].sort());
    assert.equal(
      stdout,
      `provider_installation {
  filesystem_mirror {
    path    = "${join(folder, "my mirror")}"
    include = ["${sourceAddress}"]
  }
  direct {
    exclude = ["${sourceAddress}"]
  }
}
`,
    );
    assert.match(stderr, /^The Zuplo provider \S+ is in .*my mirror, for Terraform and for OpenTofu\.$/m);
    assert.ok(stderr.includes(`zuplo = { source = "${sourceAddress}", version = "${version}" }`), stderr);
  });

  it("writes a script that the engine may start, which is the same wherever the package lies", () => {
    // when
    writeMirror(folder, linux);
    // then
    for (const host of defaultHosts) {
      const path = join(folder, executableOf(host));
      assert.equal(statSync(path).mode & 0o777, 0o755);
      const text = readFileSync(path, "utf8");
      assert.match(text, /^#!\/usr\/bin\/env node\n/);
      assert.ok(!text.includes(root));
      const [one, other] = ["/one", "/other"].map(packageRoot =>
        mirrorFiles(linux, { packageRoot }).get(executableOf(host)),
      );
      assert.deepEqual(one, other);
    }
  });

  it("changes nothing a second time, and leaves what else is there", async () => {
    // given
    writeMirror(folder, linux);
    await mkdir(join(folder, "registry.terraform.io/hashicorp"));
    await writeFile(join(folder, "registry.terraform.io/hashicorp/mine"), "mine");
    const before = new Map(filesIn(folder).map(path => [path, statSync(path)]));
    // when
    writeMirror(folder, linux);
    // then
    assert.deepEqual(filesIn(folder).sort(), [...before.keys()].sort());
    for (const [path, { ino, mtimeMs }] of before) {
      assert.equal(statSync(path).ino, ino, path);
      assert.equal(statSync(path).mtimeMs, mtimeMs, path);
    }
  });

  it("puts right what an earlier run of it has left", async () => {
    // given
    writeMirror(folder, linux);
    const path = join(folder, executableOf(defaultHosts[0]));
    const text = await readFile(path, "utf8");
    await writeFile(path, text.slice(0, 100));
    await chmod(path, 0o644);
    await writeFile(join(path, "../../installed-at"), "/gone\n");
    // when
    writeMirror(folder, linux);
    // then
    assert.equal(await readFile(path, "utf8"), text);
    assert.equal(statSync(path).mode & 0o777, 0o755);
    assert.equal(await readFile(join(path, "../../installed-at"), "utf8"), `${root}\n`);
  });

  it("touches no file that somebody else has put there, and writes nothing then", async () => {
    for (const [index, put] of [
      (path: string) => writeFile(path, "mine"),
      (path: string) => symlink(join(folder, "nowhere"), path),
      (path: string) => mkdir(path),
    ].entries()) {
      // given
      const mirror = join(folder, String(index));
      const path = join(mirror, executableOf(defaultHosts[1]));
      await mkdir(join(path, ".."), { recursive: true });
      await put(path);
      // when
      assert.throws(
        () => writeMirror(mirror, linux),
        /already exists, and this command has not written it.*\n.*\[ZUPLO1582\]/,
      );
      // then
      assert.deepEqual(readdirSync(mirror), [defaultHosts[1]]);
      assert.deepEqual(readdirSync(join(path, "..")), [`terraform-provider-zuplo_v${version}`]);
    }
    assert.ok(!existsSync(join(folder, "nowhere")));
  });

  it("is the single executable itself where that gives the command", async () => {
    // given
    const single = join(folder, "pulumi-zuplo");
    await writeFile(single, "the executable", { mode: 0o755 });
    const mirror = join(folder, "mirror");
    const expected = defaultHosts.map(host => join(mirror, executableOf(host)));
    // when
    writeMirror(mirror, linux, { executable: single });
    // then
    assert.deepEqual(filesIn(mirror).sort(), [...expected].sort());
    for (const path of expected) {
      assert.equal(await readFile(path, "utf8"), "the executable");
      assert.equal(statSync(path).mode & 0o777, 0o755);
    }
    const windows = mirrorFiles({ platform: "win32", arch: "x64" }, { executable: single });
    for (const path of windows.keys())
      assert.match(path, /windows_amd64\/terraform-provider-zuplo_v\S+\.exe$/);
    // and another one of the same version is somebody else's
    await writeFile(single, "another build");
    assert.throws(() => writeMirror(mirror, linux, { executable: single }), /\[ZUPLO1582\]/);
  });

  it("warns where npm may take the package away", () => {
    const told = mirrorText("/mirror", {
      packageRoot: "/home/me/.npm/_npx/1234/node_modules/pulumi-zuplo",
    }).join("\n");
    assert.match(told, /^The package lies in a cache of npm, .*\nInstall it, and run this command again\.\n/);
    assert.match(mirrorText("/mirror").join("\n"), /^The Zuplo provider /);
  });

  it("says why a folder cannot be written", async () => {
    // given
    await writeFile(join(folder, "file"), "");
    // when
    const { code, stderr } = await cli(["terraform-mirror", join(folder, "file/mirror")]);
    // then
    assert.equal(code, 1);
    assert.match(stderr, /^error: .*mirror cannot be written: ENOTDIR\.\nGive a folder .*\[ZUPLO1583\]\n/);
  });

  it("says on Windows, and on a machine without a name, what to do instead", () => {
    assert.throws(
      () => mirrorFiles({ platform: "win32", arch: "x64" }),
      /has to be an \.exe.*\nUse the pulumi-zuplo\.exe.*\[ZUPLO1580\]/,
    );
    assert.throws(() => mirrorFiles({ platform: "aix", arch: "ppc64" }), /aix on ppc64\..*\[ZUPLO1581\]/s);
  });

  describe("its script", () => {
    const start = async () => {
      const path = join(folder, executableOf(defaultHosts[0]));
      const { stdout, stderr } = await promisify(execFile)(path).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      return { stdout, stderr };
    };

    it("is the package's own plugin, below a folder whose scripts are modules, too", async () => {
      writeMirror(folder, linux);
      await writeFile(join(folder, "package.json"), '{ "type": "module" }');
      const { stdout, stderr } = await start();
      assert.equal(stdout, "");
      assert.equal(stderr, readHandshake({}));
      // Under the name that is printed.
      assert.ok(stderr.includes(`"${sourceAddress}"`));
      assert.match(handshakeLine("unix:/socket", undefined), /^1\|6\|/);
    });

    it("says in the one line that Terraform shows where the package has gone", async () => {
      writeMirror(folder, linux);
      const installedAt = join(folder, executableOf(defaultHosts[0]), "../../installed-at");
      await writeFile(installedAt, "/gone/for/good\n");
      const { stdout } = await start();
      assert.match(
        stdout,
        /^The Zuplo provider: the package pulumi-zuplo is not at \/gone\/for\/good \(MODULE_NOT_FOUND\): install it, and run `npx pulumi-zuplo terraform-mirror` again\.\n$/,
      );
      await mkdir(join(folder, "package"));
      await writeFile(join(folder, "package/package.json"), '{ "version": "9.9.9" }');
      await writeFile(installedAt, `${join(folder, "package")}\n`);
      assert.match((await start()).stdout, /has version 9\.9\.9 now, and this is 0\..* with -upgrade\.\n$/);
    });
  });
});
