import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
/** A dependency earns its place. */
const maxProductionDependencies = 12;
/** What its script does is to compare a version number: without scripts, it works as well. */
const harmlessScripts = ["node_modules/protobufjs"];
const auditLimitMs = 30_000;

interface Locked {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
  devOptional?: boolean;
  hasInstallScript?: boolean;
}

interface Audit {
  metadata?: { vulnerabilities: Record<string, number>; dependencies: Record<string, number> };
  vulnerabilities?: Record<string, { severity: string }>;
  statusCode?: number;
  error?: { code?: string };
}

describe("the dependencies", () => {
  let packages: [string, Locked][];
  let manifest: { dependencies: Record<string, string>; scripts: Record<string, string> };

  const readJson = async (name: string) => JSON.parse(await readFile(join(root, name), "utf8")) as unknown;

  before(async () => {
    manifest = (await readJson("package.json")) as typeof manifest;
    const lock = (await readJson("package-lock.json")) as { packages: Record<string, Locked> };
    packages = Object.entries(lock.packages).filter(([path]) => path !== "");
  });

  it("are locked, by their content and not by an address", async () => {
    const ignored = (await readFile(join(root, ".gitignore"), "utf8")).split("\n");
    assert.ok(!ignored.includes("package-lock.json"));
    assert.ok(packages.length > Object.keys(manifest.dependencies).length);
    for (const [path, { resolved = "", integrity, link = false }] of packages) {
      assert.equal(resolved, "", path);
      if (!link && path.startsWith("node_modules/")) assert.match(String(integrity), /^sha512-/, path);
    }
  });

  it("are few, and those of a user need no install script", () => {
    const direct = Object.keys(manifest.dependencies);
    assert.ok(direct.length <= maxProductionDependencies, direct.join(", "));
    const production = packages.filter(([, { dev, devOptional, link }]) => !dev && !devOptional && !link);
    console.log(`        ${direct.length} direct, ${production.length} in all`);
    assert.ok(production.length >= direct.length);
    assert.deepEqual(
      production
        .filter(([path, { hasInstallScript }]) => hasInstallScript && !harmlessScripts.includes(path))
        .map(([path]) => path),
      [],
    );
    for (const script of ["preinstall", "install", "postinstall"])
      assert.ok(!(script in manifest.scripts), script);
  });

  it("are those of CONTRIBUTING.md, each with its reason and a file that uses it", async () => {
    const text = await readFile(join(root, "CONTRIBUTING.md"), "utf8");
    const [, section = ""] = text.split("\n## Dependencies\n");
    const [table = ""] = section.split("\n## ");
    const rows = [...table.matchAll(/^\| `([^`]+)` \| (.+) \| `([^`]+)` \|$/gm)];
    assert.deepEqual(rows.map(([, name]) => name).sort(), Object.keys(manifest.dependencies).sort());
    for (const [, name, , file = ""] of rows) {
      const source = await readFile(join(root, file), "utf8");
      assert.ok(
        ["/", '"'].some(end => source.includes(`from "${name}${end}`)) ||
          source.includes(`require("${name}")`),
        `${file}: ${name}`,
      );
    }
  });

  it("that a user gets have no known advisory", async function () {
    const audit = await runAudit();
    if (audit.metadata === undefined) {
      const reason = audit.statusCode ?? audit.error?.code ?? "nothing";
      console.log(`        skipped: the registry's answer to npm audit is ${reason}`);
      this.skip();
    }
    const found = Object.entries(audit.vulnerabilities ?? {}).map(
      ([name, { severity }]) => `${name}: ${severity}`,
    );
    assert.deepEqual(found, []);
  });
});

/** What npm prints; nothing where it prints no JSON, or takes too long. */
function runAudit(): Promise<Audit> {
  const args = ["audit", "--omit=dev", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  return new Promise(settle => {
    execFile("npm", args, { cwd: root, timeout: auditLimitMs, maxBuffer: 1e8 }, (_error, stdout) => {
      try {
        settle(JSON.parse(stdout) as Audit);
      } catch {
        settle({});
      }
    });
  });
}
