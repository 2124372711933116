import { isDeepStrictEqual } from "node:util";
import type { Found, Outcome } from "../../lifecycle";
import { importedKey } from "../../resources/imported";
import { isUnknown, type RawInputs } from "../../resources/resource";
import type { Shape, Stored } from "./shape";

// What a state says after each call. The core has its own spelling of what a program writes, a PEM for instance; a state
// has the program's.

/** After a read: what is different at Zuplo, and else what there was. */
export function afterRead(shape: Shape, before: Stored, found: Found): RawInputs {
  const state = shape.stateOf(before);
  const isImported = found.values[importedKey] !== undefined;
  return shape.from(({ property, computed }) => {
    if (property === "id") return found.id;
    const value = found.values[property];
    if (computed === true) return isImported && value === "" ? undefined : value;
    const isDrifted = shape.isStored(property, before.hidden) && !isDeepStrictEqual(value, state[property]);
    return isDrifted ? value : before.attributes[property];
  });
}

/** After an import: the arguments that would make it, as far as Zuplo tells. */
export function afterImport(shape: Shape, found: Found): RawInputs {
  return shape.from(({ property, computed }) => {
    if (property === "id") return found.id;
    const value = computed === true ? found.values[property] : found.inputs?.[property];
    return value === "" ? undefined : value;
  });
}

/** After a change that succeeded: what was planned, and what was not known then. */
export function afterSuccess(
  shape: Shape,
  planned: RawInputs,
  config: RawInputs,
  outcome: Outcome,
): RawInputs {
  return shape.from(({ property }) => {
    if (!isUnknown(planned[property])) return planned[property];
    if (property === "id") return outcome.id;
    return config[property] ?? outcome.values[property];
  });
}

/** After a change that failed: what is in force, each argument as it was written for it. */
export function afterFailure(
  shape: Shape,
  before: Stored,
  news: RawInputs,
  config: RawInputs,
  outcome: Outcome,
): RawInputs {
  const olds = shape.stateOf(before);
  return shape.from(({ property }) => {
    if (property === "id") return outcome.id;
    const value = outcome.values[property];
    if (shape.isOutput(property)) return value;
    if (!shape.isStored(property, before.hidden) || isDeepStrictEqual(value, olds[property]))
      return before.attributes[property];
    return isDeepStrictEqual(value, news[property]) ? (config[property] ?? value) : value;
  });
}
