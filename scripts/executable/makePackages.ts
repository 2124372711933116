import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../provider/version";
import { filesOfPackage } from "../package/pack";
import { buildExecutable, type Program } from "./build";
import { type Bundle, bundle } from "./bundle";
import { writeArchives, writeChecksums, writeLicenses, writeTerraformManifest } from "./files";
import { sbom } from "./names";
import { nodeFolder } from "./node";
import { bundledPackages, thirdPartyLicenses } from "./packages";
import { spdxOf } from "./sbom";
import { builderOf, type Target } from "./targets";

const root = join(__dirname, "../..");

/** Makes the archives of each platform in a folder of its own, and beside them checksums and the bill of materials. */
export async function makePackages(
  out: string,
  targets: readonly Target[],
  told: (file: string) => void = () => undefined,
): Promise<void> {
  // Zip writes dates as this process reads clocks.
  process.env.TZ = "UTC";
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), "pulumi-zuplo-package-"));
  try {
    const date = sourceDate();
    const bundled = await bundle();
    const program = { code: bundled.code, assets: await assetsOf() };
    const files: string[] = [];
    for (const target of targets) {
      const archives = await makePackage(out, join(work, target.name), target, { bundled, program, date });
      files.push(...archives);
      archives.forEach(told);
    }
    files.push(writeTerraformManifest(out, version), writeSbom(out, bundled, targets, date));
    writeChecksums(out, version, files);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface Sources {
  bundled: Bundle;
  program: Program;
  date: Date;
}

async function makePackage(
  out: string,
  work: string,
  target: Target,
  { bundled, program, date }: Sources,
): Promise<string[]> {
  const executable = await buildExecutable(target, program, work);
  // Not every package of Node brings the text.
  const license = join(await nodeFolder(builderOf(target)), "LICENSE");
  const node = { version: target.node.version, licenseText: readFileSync(license, "utf8") };
  const thirdParty = thirdPartyLicenses(bundledPackages(bundled), node);
  const licenses = writeLicenses(join(work, "licenses"), join(root, "LICENSE"), thirdParty);
  const archives = await writeArchives(out, version, { target, executable, licenses }, date);
  rmSync(work, { recursive: true });
  return archives;
}

/** What the programs read of the package: the schema, and what `init` begins with. */
async function assetsOf(): Promise<string[]> {
  return (await filesOfPackage()).filter(path => /^(schema\.json$|examples\/)/.test(path));
}

function writeSbom(out: string, bundled: Bundle, targets: readonly Target[], date: Date): string {
  const file = join(out, sbom);
  const subject = { name: "pulumi-zuplo", version, license: "Apache-2.0" };
  const nodes = [...new Set(targets.map(({ node }) => node.version))];
  writeFileSync(file, spdxOf(subject, bundledPackages(bundled), nodes, date));
  return file;
}

/** When the sources were committed; the first day that a zip can name, where nobody knows. */
function sourceDate(): Date {
  const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  const committed = status === 0 ? stdout.trim() : Date.UTC(1980, 0, 1) / 1000;
  return new Date(Number(process.env.SOURCE_DATE_EPOCH ?? committed) * 1000);
}
