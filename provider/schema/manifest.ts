import { readFileSync } from "node:fs";
import { z } from "zod";
import { pluginDownloadUrlOf } from "../adapters/pluginAddress";
import { repositoryOf } from "../repository";

/** What is taken from package.json, and nowhere else said. */
export const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  keywords: z.array(z.string()),
  license: z.string(),
  peerDependencies: z.record(z.string(), z.string()),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
  homepage: z.url().optional(),
  bugs: z.union([z.string(), z.object({ url: z.string() })]).optional(),
  author: z.union([z.string(), z.object({ name: z.string() })]).optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** @param file path of package.json */
export function readManifest(file: string): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Where the project lives and who publishes it, as registries ask for it. All but the name are URLs. */
export interface Metadata {
  repository: string;
  homepage: string;
  bugs: string;
  security: string;
  publisher: string;
  logoUrl: string;
  pluginDownloadURL: string;
}

/**
 * All of it follows from `repository`; `homepage`, `bugs` and `author` say otherwise where they are set.
 *
 * @returns undefined while `repository` is not set
 */
export function metadataOf(manifest: Manifest): Metadata | undefined {
  const repository = repositoryOf(manifest);
  if (repository === undefined) return undefined;
  const { owner, name } = repository;
  const { homepage, bugs, author, version } = manifest;
  const url = `https://github.com/${owner}/${name}`;
  return {
    repository: url,
    homepage: homepage ?? url,
    bugs: (typeof bugs === "object" ? bugs.url : bugs) ?? `${url}/issues`,
    security: `${url}/security/policy`,
    publisher: (typeof author === "object" ? author.name : personOf(author)) ?? owner,
    // Of the release, so that a page about it keeps its picture.
    logoUrl: `https://raw.githubusercontent.com/${owner}/${name}/v${version}/docs/logo.svg`,
    pluginDownloadURL: pluginDownloadUrlOf(repository),
  };
}

/** The name in npm's `Name <mail> (url)`. */
function personOf(author: string | undefined): string | undefined {
  return author?.replace(/\s*[<(].*$/, "");
}
