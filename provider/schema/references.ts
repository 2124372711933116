import type { PackageSpec, TypeSpec } from "./spec";

const reference = "#/types/zuplo:index:";

/** The name of the package's own type to which a property refers. */
export function referenceOf({ $ref }: TypeSpec): string | undefined {
  return $ref?.startsWith(reference) ? $ref.slice(reference.length) : undefined;
}

/** Names of the types that a property refers to, at any depth of lists and choices. */
export function referencesOf(spec: TypeSpec): string[] {
  const { items, additionalProperties, oneOf = [] } = spec;
  const inner = [items, additionalProperties, ...oneOf].flatMap(one => (one ? referencesOf(one) : []));
  const own = referenceOf(spec);
  return own === undefined ? inner : [own, ...inner];
}

/** Names of the types that these properties need, directly or not. */
export function typesWithin(properties: readonly TypeSpec[], types: PackageSpec["types"]): Set<string> {
  const names = new Set<string>();
  const collect = (all: readonly TypeSpec[]) => {
    for (const name of all.flatMap(referencesOf)) {
      if (names.has(name)) continue;
      names.add(name);
      const type = types[`zuplo:index:${name}`];
      if (type?.type === "object") collect(Object.values(type.properties));
    }
  };
  collect(properties);
  return names;
}
