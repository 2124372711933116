import type { Identity } from "../../certificates/identity";

/** What a URN tells: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
export interface Urn {
  /** The resource's own type, such as `zuplo:index:MtlsCertificate`. */
  type: string;
  identity: Identity;
}

/** Undefined for a text that is no URN. */
export function parseUrn(text: string): Urn | undefined {
  const [head, project, qualifiedType, ...name] = text.split("::");
  const stack = /^urn:pulumi:(.+)$/.exec(head ?? "")?.[1];
  if (stack === undefined || !project || !qualifiedType || name.length === 0) return undefined;
  // A name may hold the separator; a type holds those of its parents.
  const types = qualifiedType.split("$");
  const parents = types.slice(0, -1).join("$");
  return { type: types.at(-1) ?? "", identity: { project, stack, parents, resource: name.join("::") } };
}
