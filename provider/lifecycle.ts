import {
  type Contract,
  localArguments,
  movableOutputs,
  movedOutputs,
  outputsOf,
  pick,
  requiredOutputs,
  unpredictedOutputs,
} from "./resources/contract";
import { type Changes, failuresOf, type RawInputs, type Resource, told, unknown } from "./resources/resource";
import type { Coded } from "./text/codes";

/** What of a resource the steps below need. */
export interface Described {
  contract: Contract;
  predict?(inputs: RawInputs): RawInputs;
  matchImported?(facts: RawInputs, inputs: RawInputs): RawInputs;
}

/** Outputs that follow from checked inputs, as far as these are known: what a preview can show. */
export function predicted({ contract, predict }: Described, inputs: RawInputs): RawInputs {
  const later = unpredictedOutputs(contract, inputs);
  return { ...predict?.(inputs), ...unknowns(later) };
}

/** What a created resource will look like, as far as it can be told before it is created. */
export function previewOfCreate(resource: Described, inputs: RawInputs): RawInputs {
  const { contract } = resource;
  const later = [...outputsOf(contract), ...requiredOutputs(contract)];
  return { ...unknowns(later), ...inputs, ...predicted(resource, inputs) };
}

/** What an updated resource will look like: outputs stay, but for those that the changes move. */
export function previewOfUpdate(
  { contract }: Described,
  olds: RawInputs,
  inputs: RawInputs,
  changes: Changes,
): RawInputs {
  const moved = movedOutputs(contract, changes);
  const later = movableOutputs(contract).filter(key => moved.includes(key) || olds[key] === undefined);
  const kept = [...outputsOf(contract), ...requiredOutputs(contract)];
  const staying = Object.fromEntries(kept.map(key => [key, olds[key]]));
  return { ...staying, ...inputs, ...unknowns(later) };
}

/** What the program's arguments tell of an imported object that Zuplo does not. */
export function completedBy(
  { contract, matchImported }: Described,
  facts: RawInputs,
  inputs: RawInputs,
): RawInputs {
  return { ...pick(inputs, localArguments(contract)), ...matchImported?.(facts, inputs) };
}

/** The arguments of a call that writes, or the sentences that say why they cannot be taken. */
export function parsed<Args>(
  { inputs }: Resource<Args, never>["contract"],
  given: RawInputs,
): { args: Args } | { problem: Coded } {
  const failures = failuresOf(inputs, given, { isPreview: false });
  if (failures.length === 0) return { args: inputs.parse(given) };
  return { problem: failures.map(told).join("\n") as Coded };
}

function unknowns(keys: readonly string[]): RawInputs {
  return Object.fromEntries(keys.map(key => [key, unknown]));
}
