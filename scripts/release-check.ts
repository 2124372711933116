/** What must hold of the package before it is published: `npm run release-check`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryProblems } from "./docs/registryPages";
import { maxPackageBytes, packInto } from "./package/pack";
import { makeConsumer, problemsOf, type Resolution, resolutions } from "./package/resolution";
import { runToEnd } from "./run";

const root = join(__dirname, "..");
const maxLinterMs = 120_000;

async function main(): Promise<void> {
  for (const [registry, problems] of Object.entries(registryProblems()))
    report(`pages for ${registry}`, problems);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-release-"));
  try {
    const { tarball, files, unpackedSize } = await packInto(folder);
    const size = `${files.length} files, ${Math.round(unpackedSize / 1000)} kB unpacked`;
    const isSmall = unpackedSize <= maxPackageBytes;
    report(`pack: ${size}`, isSmall ? [] : [`more than ${maxPackageBytes / 1000} kB`]);
    report("publint", await lint("publint", ["run", tarball, "--strict"]));
    report("are the types wrong?", await lint("attw", [tarball]));
    const consumer = join(folder, "consumer");
    await makeConsumer(consumer, tarball);
    for (const resolution of Object.keys(resolutions) as Resolution[]) {
      report(`types under ${resolution}`, problemsOf(consumer, resolution));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(what: string, problems: readonly string[]): void {
  console.log(`${problems.length === 0 ? "✓" : "✗"} ${what}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

async function lint(program: string, args: readonly string[]): Promise<string[]> {
  const bin = join(root, "node_modules", ".bin", program);
  const { code, stdout, stderr } = await runToEnd(bin, args, { cwd: root, timeout: maxLinterMs });
  return code === 0 ? [] : [stdout.trim(), stderr.trim()].filter(text => text !== "");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
