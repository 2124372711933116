import { isDeepStrictEqual } from "node:util";
import { completedBy, type Described } from "../../lifecycle";
import { isHidden, isOwnHidden } from "../../resources/hidden";
import type { RawInputs } from "../../resources/resource";
import type { Session } from "../../session";

/**
 * Marks an imported object. In its inputs it stands until the program's own arguments take their place; in its state
 * until the first update. It holds the facts by which the program's arguments are recognised.
 */
export const importedKey = "__imported";

export const isInternal = (key: string): boolean => isHidden(key) && !isOwnHidden(key);

/** True while the inputs are those that the import made, and not yet the program's. */
export function isPending(inputs: RawInputs): boolean {
  return inputs[importedKey] !== undefined;
}

export function withoutInternal(values: RawInputs): RawInputs {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !isInternal(key)));
}

/**
 * The state or inputs of an imported object, completed by what only `source` tells: the program's arguments at the
 * import, and later the stored ones.
 */
export function completed(
  resource: Described,
  session: Session,
  values: RawInputs,
  source: RawInputs,
): RawInputs {
  const own = withoutInternal(values);
  const facts = values[importedKey];
  if (typeof facts !== "object" || facts === null) return own;
  return { ...own, ...ownScope(session, own, source), ...completedBy(resource, facts as RawInputs, source) };
}

/** An account or project that the program names although it is the provider's own. */
function ownScope({ config }: Session, values: RawInputs, source: RawInputs): RawInputs {
  const isOwn = (key: "account" | "project") =>
    values[key] === undefined && source[key] !== undefined && (config[key] ?? source[key]) === source[key];
  const keys = (["account", "project"] as const).filter(isOwn);
  return Object.fromEntries(keys.map(key => [key, source[key]]));
}

/** The stored inputs with what was found to be different at Zuplo, so that the next diff shows it. */
export function driftedInputs(
  inputs: RawInputs,
  before: RawInputs,
  found: RawInputs,
  argumentNames: readonly string[],
): RawInputs {
  const changed = argumentNames.filter(key => !isDeepStrictEqual(before[key], found[key]));
  return { ...inputs, ...Object.fromEntries(changed.map(key => [key, found[key]])) };
}
