/** Installs the packed package with every package manager, and runs it on every Node: `npm run compat`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { installTools, nodePackage } from "./npmTools";
import { problemOf } from "./package/installed";
import { packInto } from "./package/pack";
import { runToEnd } from "./run";

const nodeVersions = ["20.20.2", "22.23.3", "24.21.0"];
const managers = { npm: undefined, pnpm: "12.21.0", yarn: "1.22.22" };
const maxInstallMs = 300_000;

async function main(): Promise<void> {
  const tools = await openTools();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-zuplo-compat-"));
  try {
    const { tarball } = await packInto(folder);
    const header = nodeVersions.map(version => `Node ${version}`.padEnd(14)).join("");
    console.log(`${"".padEnd(14)}${header}`.trimEnd());
    const problems: string[] = [];
    for (const [manager, version] of Object.entries(managers)) {
      const project = join(folder, manager);
      await tools.install(manager, project, tarball);
      const cells: string[] = [];
      for (const nodeVersion of nodeVersions) {
        const problem = await problemOf(project, tools.node(nodeVersion));
        cells.push((problem === undefined ? "works" : "FAILS").padEnd(14));
        if (problem !== undefined) problems.push(`${manager}, Node ${nodeVersion}: ${problem}`);
      }
      console.log(`${[manager, version].filter(Boolean).join(" ").padEnd(14)}${cells.join("")}`.trimEnd());
    }
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The package managers and the binaries of Node, from the user's cache. */
async function openTools() {
  const { npm: _, ...others } = managers;
  const nodes = nodeVersions.map(version => [alias(version), `npm:${nodePackage()}@${version}`] as const);
  const versions = [...nodeVersions, ...Object.values(others)].join("-");
  const cache = await installTools(`compat-${versions}`, { ...others, ...Object.fromEntries(nodes) });
  const modules = join(cache, "node_modules");
  const nodeOf = (version: string) => join(modules, alias(version), "bin", "node");
  return {
    node: nodeOf,
    /** Makes a project that depends on the package. */
    async install(manager: string, project: string, tarball: string): Promise<void> {
      mkdirSync(project);
      const dependencies = { "@pulumi/pulumi": "^3.139.0", "pulumi-zuplo": `file:${tarball}` };
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ name: "shop", version: "1.0.0", private: true, dependencies }),
      );
      const command = manager === "npm" ? "npm" : join(modules, ".bin", manager);
      // By the newest Node: yarn installs nothing on one that Pulumi's newest version does not want.
      const newest = dirname(nodeOf(nodeVersions.at(-1) ?? ""));
      const { code, stdout, stderr } = await runToEnd(command, ["install", "--ignore-scripts"], {
        cwd: project,
        env: { ...process.env, PATH: `${newest}${delimiter}${process.env.PATH ?? ""}` },
        timeout: maxInstallMs,
      });
      if (code !== 0) throw new Error(`${manager} could not install the package: ${stdout}${stderr}`);
    },
  };
}

function alias(nodeVersion: string): string {
  return `node-${nodeVersion}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
