/** Where the project lives on GitHub. */
export interface Repository {
  owner: string;
  name: string;
}

/** The field of package.json: npm takes a text, and writes an object in its place when it publishes. */
export interface WithRepository {
  repository?: string | { url: string } | undefined;
}

const prefix = String.raw`(?:github:|(?:git\+)?(?:https|ssh)://(?:git@)?github\.com/|git@github\.com:)?`;
const form = new RegExp(String.raw`^${prefix}([A-Za-z0-9-]+)/([\w.-]+?)(?:\.git)?/?$`);

/**
 * What `repository` in package.json says, in each form that npm knows. Whatever tells where the project lives, who
 * publishes it and where a plugin is downloaded follows from this.
 *
 * @returns undefined where it is not set: nobody has published the project yet
 */
export function repositoryOf({ repository }: WithRepository): Repository | undefined {
  if (repository === undefined) return undefined;
  const text = typeof repository === "string" ? repository : repository.url;
  const [, owner, name] = form.exec(text) ?? [];
  if (owner === undefined || name === undefined)
    throw new Error(`'repository' in package.json is '${text}', which is no repository on GitHub.`);
  return { owner, name };
}

// By its own name, since the distance to package.json differs between the sources and what is published.
export const repository = repositoryOf(require("pulumi-zuplo/package.json") as WithRepository);
