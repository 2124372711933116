import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "../package/pack";
import { withAbsoluteLinks } from "../package/readme";
import { run } from "../run";

/** Pages of the package, whose links have to lead somewhere from npm's site, too. */
const pages = ["README.md", "CHANGELOG.md"];

/**
 * Packs what is published to npm: the package as it is, with links on its pages that lead to the repository.
 *
 * @param repository its URL; undefined while there is none, and the links stay as they are
 * @returns path of the archive
 */
export async function packForNpm(
  folder: string,
  version: string,
  repository: string | undefined,
): Promise<string> {
  if (repository === undefined) return (await packInto(folder)).tarball;
  const work = mkdtempSync(join(tmpdir(), "pulumi-zuplo-npm-"));
  try {
    const { tarball } = await packInto(work);
    await run("tar", ["-xzf", tarball], work);
    const content = join(work, "package");
    for (const file of pages) {
      const text = readFileSync(join(content, file), "utf8");
      const place = { repository, ref: `v${version}`, file };
      writeFileSync(join(content, file), withAbsoluteLinks(text, place));
    }
    return (await packInto(folder, content)).tarball;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
