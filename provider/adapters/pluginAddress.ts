import { type Repository, repository } from "../repository";

/** Where Pulumi downloads the plugin: from the releases of the repository. */
export function pluginDownloadUrlOf({ owner, name }: Repository): string {
  return `github://api.github.com/${owner}/${name}`;
}

export const pluginDownloadUrl = repository && pluginDownloadUrlOf(repository);
