import type { Session } from "../session";
import { type Contract, localArguments, pick } from "./contract";
import { isHidden, isOwnHidden } from "./hidden";
import type { RawInputs } from "./resource";

/**
 * Marks an imported object: the facts by which the program's arguments are recognised as describing it. They stand in
 * the state until the first update.
 */
export const importedKey = "__imported";

/** What of a resource an import needs. */
interface Recognising {
  contract: Contract;
  matchImported?(facts: RawInputs, inputs: RawInputs): RawInputs;
}

/** The properties without what an engine or an adapter keeps among them. */
export function ownValues(values: RawInputs): RawInputs {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !isHidden(key) || isOwnHidden(key)));
}

/**
 * The state or inputs of an imported object, completed by what only `source` tells: the program's arguments at the
 * import, and later the stored ones.
 */
export function completed(
  resource: Recognising,
  session: Session,
  values: RawInputs,
  source: RawInputs,
): RawInputs {
  const own = ownValues(values);
  const facts = values[importedKey];
  if (typeof facts !== "object" || facts === null) return own;
  const told = {
    ...pick(source, localArguments(resource.contract)),
    ...resource.matchImported?.(facts as RawInputs, source),
  };
  return { ...own, ...ownPlace(session, own, source), ...told };
}

/** An account or project that the program names although it is the provider's own. */
function ownPlace({ config }: Session, values: RawInputs, source: RawInputs): RawInputs {
  const isOwn = (key: "account" | "project") =>
    values[key] === undefined && source[key] !== undefined && (config[key] ?? source[key]) === source[key];
  const keys = (["account", "project"] as const).filter(isOwn);
  return Object.fromEntries(keys.map(key => [key, source[key]]));
}
