import { isDeepStrictEqual } from "node:util";
import { movableOutputs } from "../../resources/contract";
import { type Changes, isUnknown, type RawInputs, unknown } from "../../resources/resource";
import { type AttributePath, pathOf } from "./diagnostics";
import type { Shape } from "./shape";

// By the engine's rules: what the program writes is planned as it is written, or as it is stored; and what is planned
// and known has to come true.

export function plannedCreate(shape: Shape, config: RawInputs, preview: RawInputs): RawInputs {
  return shape.from(({ property, computed }) => {
    if (config[property] !== undefined) return config[property];
    if (computed !== true) return undefined;
    // A name may get a suffix, and a place may be that of the key.
    return shape.isOutput(property) ? (preview[property] ?? unknown) : unknown;
  });
}

export function plannedUpdate(
  shape: Shape,
  before: RawInputs,
  config: RawInputs,
  preview: RawInputs,
  changes: Changes,
): RawInputs {
  const planned = shape.from(({ property, computed }) => {
    if (shape.isOutput(property)) return preview[property];
    const isChanged = changes[property] !== undefined;
    if (config[property] === undefined) {
      if (computed !== true) return undefined;
      return isChanged ? unknown : before[property];
    }
    // Another spelling of the same is no difference.
    const isUsed = shape.isWriteOnce(property) && Object.keys(changes).length > 0;
    const isNew = isChanged || isUsed || before[property] === undefined || shape.isAside(property);
    return isNew ? config[property] : before[property];
  });
  const isShown = !isDeepStrictEqual(
    planned,
    shape.from(({ property }) => before[property]),
  );
  if (isShown || Object.keys(changes).length === 0) return planned;
  // Without a difference that is seen, the engine would do nothing.
  const moved = movableOutputs(shape.contract);
  const outputs = shape.attributes.map(({ property }) => property).filter(name => shape.isOutput(name));
  return {
    ...planned,
    ...Object.fromEntries((moved.length > 0 ? moved : outputs).map(name => [name, unknown])),
  };
}

/**
 * What the program says, as it was planned: an apply is told of the configuration as it is written, and of what a
 * program has the engine ignore (`ignore_changes`) by the plan only.
 */
export function asPlanned(shape: Shape, planned: RawInputs, config: RawInputs): RawInputs {
  const given = shape.attributes.flatMap(({ property, computed, writeOnly }) => {
    const isLeftOut = computed === true && config[property] === undefined;
    if (writeOnly === true || isLeftOut || shape.isOutput(property)) return [];
    return isUnknown(planned[property]) ? [] : [[property, planned[property]] as const];
  });
  return { ...config, ...Object.fromEntries(given) };
}

/** Why a resource is replaced: what the user wrote, and not what follows from it, unless nothing else is the reason. */
export function replacing(shape: Shape, config: RawInputs, changes: Changes): AttributePath[] {
  const all = Object.keys(changes).filter(property => changes[property] === "replace");
  const written = all.filter(property => config[property] !== undefined);
  return (written.length > 0 ? written : all).flatMap(property => pathOf(property, shape.attributes) ?? []);
}
