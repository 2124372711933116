import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import type { PackageSpec } from "../../provider/schema/spec";

const run = promisify(execFile);
const root = join(__dirname, "../..");

/** What is made, and not part of a clone. */
const left = new Set([".git", ".tmp", "coverage", "dist", "node_modules", "packages", "release"]);

const generators = ["schema", "sdk", "docs"];

/** In place of the real packages, which take minutes. SPOIL names a file of which one bit is turned over. */
const packing = `import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { targets } from "./scripts/executable/targets";
import { writeRelease } from "./tests/scripts/releaseFiles";

async function main() {
  const folder = process.argv[process.argv.indexOf("--out") + 1] ?? "";
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  await writeRelease(folder, { version, platforms: targets });
  if (!process.env.SPOIL) return;
  const bytes = readFileSync(join(folder, process.env.SPOIL));
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(join(folder, process.env.SPOIL), bytes);
}
void main();
`;

describe("whoever takes this project over", () => {
  let copy: string;
  let version: string;

  const read = (file: string) => readFileSync(join(copy, file), "utf8");
  const command = async (file: string, args: readonly string[], env: Record<string, string> = {}) => {
    const options = { cwd: copy, env: { ...process.env, ...env }, maxBuffer: 1e8 };
    try {
      const { stdout, stderr } = await run(file, args, options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };
  const good = async (file: string, ...args: string[]) => {
    const { code, stdout, stderr } = await command(file, args);
    assert.equal(code, 0, `${file} ${args.join(" ")}:\n${stdout}\n${stderr}`);
    return stdout;
  };
  const git = (...args: string[]) =>
    good("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", ...args);

  /** Each by a link, so that npm, should it find something else to install, does it here. */
  const linkModules = () => {
    const [from, to] = [join(root, "node_modules"), join(copy, "node_modules")];
    mkdirSync(to);
    for (const name of readdirSync(from)) {
      if (name === ".package-lock.json") cpSync(join(from, name), join(to, name));
      else if (name !== "pulumi-zuplo") symlinkSync(join(from, name), join(to, name));
    }
    symlinkSync("..", join(to, "pulumi-zuplo"));
  };

  before(async () => {
    copy = mkdtempSync(join(tmpdir(), "pulumi-zuplo-takeover-"));
    const isSource = (path: string) =>
      !left.has(relative(root, path)) && !/\b(node_modules|certs|__pycache__)$/.test(path);
    cpSync(root, copy, { recursive: true, filter: isSource });
    cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
    linkModules();
    version = (JSON.parse(read("package.json")) as { version: string }).version;
    writeFileSync(join(copy, "packing.ts"), packing);
    await good("npm", "pkg", "set", "scripts.package=node --import tsx packing.ts");
    // Once somebody has taken it over, this is what it was before.
    if ("repository" in JSON.parse(read("package.json"))) {
      await good("npm", "pkg", "delete", "repository");
      for (const script of generators) await good("npm", "run", script);
    }
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "As it was");
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  it("is told by a release that there is no owner, and how to set one, before anything is made", async () => {
    const { code, stdout, stderr } = await command("npm", ["run", "--silent", "release"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^The project has no owner yet: run `npm pkg set repository=github:OWNER\/pulumi-zuplo`/m,
    );
    assert.ok(!existsSync(join(copy, "release")));
  });

  it("can try the release before that", async () => {
    const told = await good("npm", "run", "--silent", "release", "--", "--dry-run");
    assert.match(told, /^A release would stop here\. The project has no owner yet: /);
    assert.match(
      told,
      /^✓ 22 files in release\/packages: names, layout, checksums, platforms\n✓ one wrong bit /m,
    );
  });

  it("is not given a package of which a bit is wrong", async () => {
    const spoilt = `terraform-provider-zuplo_${version}_darwin_arm64.zip`;
    const args = ["run", "--silent", "release", "--", "--dry-run"];
    const { code, stderr } = await command("npm", args, { SPOIL: spoilt });
    assert.equal(code, 1);
    assert.ok(stderr.includes(`${spoilt} is not what SHA256SUMS says.\n`), stderr);
    // and nothing else goes into a folder that has something of somebody's
    const other = await command("npm", ["run", "--silent", "release", "--", "--dry-run", "--out", "docs"]);
    assert.match(other.stderr, /^docs has \S+ in it: give an empty folder\.$/m);
  });

  describe("with an owner, by one command", () => {
    before(async () => {
      await good("npm", "pkg", "set", "repository=github:Acme/pulumi-zuplo");
    });

    it("is told what has to be written again", async () => {
      const { code, stderr } = await command("npm", ["run", "--silent", "docs", "--", "--check"]);
      assert.equal(code, 1);
      for (const file of [
        ".github/ISSUE_TEMPLATE/config.yml",
        "docs/terraform/index.md",
        "examples/terraform/rotation/main.tf",
      ])
        assert.ok(stderr.includes(`  ${file}\n`), stderr);
      for (const script of generators) await good("npm", "run", script);
    });

    it("finds it wherever somebody looks for it", async () => {
      const { homepage, repository, publisher, logoUrl, pluginDownloadURL } = JSON.parse(
        read("schema.json"),
      ) as PackageSpec;
      const url = "https://github.com/Acme/pulumi-zuplo";
      assert.deepEqual([homepage, repository, publisher], [url, url, "Acme"]);
      assert.equal(logoUrl, `https://raw.githubusercontent.com/Acme/pulumi-zuplo/v${version}/docs/logo.svg`);
      assert.equal(pluginDownloadURL, "github://api.github.com/Acme/pulumi-zuplo");
      // where a program in Python gets the plugin, and what its package says
      const plugin = JSON.parse(read("sdk/python/pulumi_zuplo/pulumi-plugin.json")) as { server: string };
      assert.equal(plugin.server, pluginDownloadURL);
      assert.ok(read("sdk/python/pyproject.toml").includes(url));
      // one in Node
      const native = 'console.log(require("./dist/sdk/native/options.js").plugin)';
      assert.ok((await good("node", "-e", native)).includes(pluginDownloadURL));
      // Terraform
      for (const file of ["examples/terraform/rotation/main.tf", "docs/terraform/index.md"])
        assert.ok(read(file).includes('source = "acme/zuplo"'), file);
      assert.match(await good("node", "bin/pulumi-zuplo", "terraform-mirror", "mirror"), /\["acme\/zuplo"\]/);
      rmSync(join(copy, "mirror"), { recursive: true });
      // who has found something dangerous
      assert.ok(read(".github/ISSUE_TEMPLATE/config.yml").includes(`url: ${url}/security/policy\n`));
    });

    it("keeps the tests that name an owner", async () => {
      const files = [
        "tests/schema/metadata.test.ts",
        "tests/schema/schema.test.ts",
        "tests/scripts/upkeep.test.ts",
        "tests/docs/pages.test.ts",
        "tests/cli/terraformMirror.test.ts",
      ];
      await good("node_modules/.bin/mocha", ...files);
    });

    it("makes the release of a commit with the version's tag and a dated changelog", async () => {
      // given
      const changelog = read("CHANGELOG.md").replace(/^## \[[^\]]+\].*$/m, `## [${version}] - 2026-12-01`);
      writeFileSync(join(copy, "CHANGELOG.md"), changelog);
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "An owner");
      await git("tag", `v${version}`);
      // when
      const told = await good("npm", "run", "--silent", "release");
      // then
      assert.doesNotMatch(told, /would stop/);
      assert.match(
        told,
        new RegExp(`^✓ release/npm/pulumi-zuplo-${version}\\.tgz for npm, release/notes.md`, "m"),
      );
      assert.ok(changelog.includes(read("release/notes.md")));
      const packed = await good(
        "tar",
        "-xzOf",
        `release/npm/pulumi-zuplo-${version}.tgz`,
        "package/package.json",
      );
      assert.equal(JSON.parse(packed).repository, "github:Acme/pulumi-zuplo");
      // with links that lead somewhere from npm's page
      const page = await good("tar", "-xzOf", `release/npm/pulumi-zuplo-${version}.tgz`, "package/README.md");
      assert.ok(page.includes(`](https://github.com/Acme/pulumi-zuplo/blob/v${version}/docs/`));
      assert.doesNotMatch(page, /\]\((?!https:|#)/);
      // and it leaves the checkout as it was
      assert.equal(await git("status", "--porcelain"), "");
    });
  });
});
