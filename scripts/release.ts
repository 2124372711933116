/** `npm run release`: makes everything that a release publishes, and checks each of it. It publishes nothing. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { metadataOf, readManifest } from "../provider/schema/manifest";
import { filesOf } from "./executable/names";
import { targets } from "./executable/targets";
import { packForNpm } from "./release/forNpm";
import { obstaclesOf, sectionOf } from "./release/obstacles";
import { filesIn, problemsOf, unguarded } from "./release/verify";

const usage = `Makes the packages of a release, and checks them. Nothing is published: .github/workflows/release.yml does that.

Usage: npm run release -- [options]

  --dry-run   say what stands in the way of a release, and go on
  --out DIR   where the files go (default: release/): packages/ for the release on GitHub, npm/ for npm, and notes.md
  --help      this text
`;

const root = join(__dirname, "..");

/** What a run leaves in its folder, and the next one replaces. */
const own = ["packages", "npm", "notes.md"];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "dry-run": { type: "boolean", default: false },
      out: { type: "string", default: "release" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const manifest = readManifest(join(root, "package.json"));
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const obstacles = obstaclesOf({
    manifest,
    changelog,
    changed: linesOf("status", "--porcelain"),
    tags: linesOf("tag", "--points-at", "HEAD"),
  });
  if (obstacles.length > 0 && !values["dry-run"]) throw new Error(obstacles.join("\n"));
  for (const obstacle of obstacles) console.log(`A release would stop here. ${obstacle}`);

  const out = resolve(values.out);
  const [packages, npm] = [join(out, "packages"), join(out, "npm")];
  const foreign = existsSync(out) ? readdirSync(out).filter(name => !own.includes(name)) : [];
  if (foreign.length > 0) throw new Error(`${shown(out)} has ${foreign[0]} in it: give an empty folder.`);
  rmSync(out, { recursive: true, force: true });
  for (const script of ["schema", "sdk", "docs"]) run(script, "--check");
  run("release-check");
  run("package", "--out", packages);
  mkdirSync(npm, { recursive: true });
  const tarball = await packForNpm(npm, manifest.version, metadataOf(manifest)?.repository);

  const release = { version: manifest.version, platforms: targets };
  const files = filesIn(packages);
  const problems = await problemsOf(files, release);
  if (problems.length === 0)
    problems.push(...unguarded(files, release).map(name => `${name} would pass with a wrong byte.`));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  writeFileSync(join(out, "notes.md"), sectionOf(changelog, manifest.version)?.text ?? "");
  console.log(
    `✓ ${filesOf(release).length} files in ${shown(packages)}: names, layout, checksums, platforms`,
  );
  console.log("✓ one wrong bit in an archive, the manifest or the SBOM is noticed");
  console.log(`✓ ${shown(tarball)} for npm, ${shown(join(out, "notes.md"))} for the release's page`);
}

/** A script of package.json, which says itself what is wrong. */
function run(script: string, ...args: readonly string[]): void {
  console.log(`== npm run ${[script, ...args.map(arg => (arg === "--check" ? arg : shown(arg)))].join(" ")}`);
  const { status } = spawnSync("npm", ["run", "--silent", script, "--", ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`\`npm run ${script}\` failed: see above.`);
}

function linesOf(...args: readonly string[]): string[] {
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
}

function shown(path: string): string {
  return relative(process.cwd(), path) || path;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
