/** Where a resource stands: what makes its lineage its own. */
export interface Identity {
  /** Name of the Pulumi project. */
  project: string;
  stack: string;
  /** The types of the resource's parents, outermost first, joined by `$`; empty for one at the top. */
  parents: string;
  /** Name of the resource in the program. */
  resource: string;
  /** The resource of the program that it is a part of, where the program does not have it itself. */
  within?: string | undefined;
  /** What else tells it from others of the same run, and makes no lineage: with Terraform, the Zuplo project. */
  scope?: string | undefined;
}

/** The input by which the Node SDK tells where a resource stands; the engine hides names that start like this. */
export const identityKey = "__resource";
/** The same for the types of its parents, which older versions did not tell. */
export const parentsKey = "__parents";

/**
 * Writes an identity as one text: `project/stack/resource`, and with the types of its parents, if it has any,
 * `project/stack/parents$/resource`.
 */
export function formatIdentity({ project, stack, parents, resource }: Identity): string {
  return `${project}/${stack}/${parents === "" ? "" : `${parents}$/`}${resource}`;
}

/** By what a run tells a resource from all others. */
export function keyOf(identity: Identity): string {
  return JSON.stringify([identity.scope ?? "", formatIdentity(identity)]);
}

/** Neither a project's nor a stack's name holds a slash; a resource's may. */
export function parseIdentity(text: unknown, parents: unknown = ""): Identity | undefined {
  if (typeof text !== "string") return undefined;
  const [project, stack, ...resource] = text.split("/");
  return project === undefined || stack === undefined
    ? undefined
    : { project, stack, parents: typeof parents === "string" ? parents : "", resource: resource.join("/") };
}
