/** What stands in the way of a release. */
import type { Manifest } from "../../provider/schema/manifest";
import { metadataOf } from "../../provider/schema/manifest";

export interface Checkout {
  manifest: Manifest;
  /** Of `git status --porcelain`. */
  changed: readonly string[];
  /** Of the commit. */
  tags: readonly string[];
  /** The text of CHANGELOG.md. */
  changelog: string;
}

/** A sentence for each, with what to do; nothing where the release may begin. */
export function obstaclesOf({ manifest, changed, tags, changelog }: Checkout): string[] {
  const { version } = manifest;
  const tag = `v${version}`;
  const obstacles: string[] = [];
  if (metadataOf(manifest) === undefined)
    obstacles.push(
      "The project has no owner yet: run `npm pkg set repository=github:OWNER/pulumi-zuplo`, then `npm run schema`, `npm run sdk` and `npm run docs`.",
    );
  if (changed.length > 0) {
    const [first = ""] = changed;
    const others = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
    obstacles.push(`There are changes that are not committed (${first.slice(3)}${others}): commit them.`);
  }
  if (!tags.includes(tag)) {
    const versions = tags.filter(each => /^v\d/.test(each));
    obstacles.push(
      versions.length === 0
        ? `This commit has no tag: give it that of its version with \`git tag ${tag}\`.`
        : `This commit is tagged ${versions.join(", ")}, and package.json has version ${version}: make them the same.`,
    );
  }
  const section = sectionOf(changelog, version);
  if (section === undefined)
    obstacles.push(`CHANGELOG.md has no section for ${version}: write what it brings.`);
  else if (!/^\d{4}-\d{2}-\d{2}$/.test(section.date))
    obstacles.push(`CHANGELOG.md gives ${version} no date: write \`## [${version}] - YYYY-MM-DD\`.`);
  return obstacles;
}

/** The section of a version in a changelog in the form of Keep a Changelog. */
export function sectionOf(changelog: string, version: string): { date: string; text: string } | undefined {
  const [, ...sections] = changelog.split(/^## \[/m);
  for (const section of sections) {
    const [heading = "", ...lines] = section.split("\n");
    const [found, date = ""] = heading.split(/\](?: - )?/);
    if (found === version) return { date, text: `${lines.join("\n").trim()}\n` };
  }
  return undefined;
}
