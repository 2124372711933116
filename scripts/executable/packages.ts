import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bundle } from "./bundle";

const root = join(__dirname, "../..");
const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** A package of npm that is in the executable. */
export interface BundledPackage extends z.infer<typeof manifest> {
  /** Text of its licence; some packages only name it. */
  licenseText: string | undefined;
}

/** The packages whose modules a bundle holds, by name. */
export function bundledPackages({ inputs }: Bundle): BundledPackage[] {
  const folders = new Set<string>();
  for (const path of Object.keys(inputs)) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    if (folder !== undefined && !folder.endsWith("/pulumi-zuplo")) folders.add(folder);
  }
  return [...folders].map(readPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readPackage(folder: string): BundledPackage {
  const path = join(root, folder);
  const read = manifest.parse(JSON.parse(readFileSync(join(path, "package.json"), "utf8")));
  const file = readdirSync(path).find(name => /^licen[cs]e(\.|$)/i.test(name));
  return { ...read, licenseText: file === undefined ? undefined : readFileSync(join(path, file), "utf8") };
}

/** The licences of all that is in an executable besides our own code; that of Node names what Node itself is made of. */
export function thirdPartyLicenses(
  packages: readonly BundledPackage[],
  node: { version: string; licenseText: string },
): string {
  const sections = [
    { title: `Node.js ${node.version}`, text: node.licenseText },
    ...packages.map(({ name, version, license, licenseText }) => ({
      title: `${name} ${version} (${license})`,
      text: licenseText ?? `Licensed under ${license}; the package brings no text of it.`,
    })),
  ];
  const rule = "=".repeat(80);
  return sections.map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text.trim()}\n`).join("\n");
}
