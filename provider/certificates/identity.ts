/** Where a resource stands: what makes its lineage its own. */
export interface Identity {
  /** Name of the Pulumi project. */
  project: string;
  stack: string;
  /** Name of the resource in the program. */
  resource: string;
}

/** The input by which the Node SDK tells where a resource stands; the engine hides names that start like this. */
export const identityKey = "__resource";

/** Writes an identity as one text: `project/stack/resource`. */
export function formatIdentity({ project, stack, resource }: Identity): string {
  return `${project}/${stack}/${resource}`;
}

/** Neither a project's nor a stack's name holds a slash; a resource's may. */
export function parseIdentity(text: unknown): Identity | undefined {
  if (typeof text !== "string") return undefined;
  const [project, stack, ...resource] = text.split("/");
  return project === undefined || stack === undefined
    ? undefined
    : { project, stack, resource: resource.join("/") };
}
