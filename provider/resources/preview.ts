import {
  type Contract,
  movableOutputs,
  movedOutputs,
  outputsOf,
  requiredOutputs,
  underivedOutputs,
} from "./contract";
import { type Changes, type RawInputs, unknown } from "./resource";

/** What of a resource a preview needs. */
export interface Described {
  contract: Contract;
  derivedOutputs?(inputs: RawInputs): RawInputs;
}

/** Outputs that follow from checked inputs, as far as these are known: what a preview can show. */
export function derivedOutputsOf({ contract, derivedOutputs }: Described, inputs: RawInputs): RawInputs {
  const later = underivedOutputs(contract, inputs);
  return { ...derivedOutputs?.(inputs), ...unknowns(later) };
}

/** What a created resource will look like, as far as it can be told before it is created. */
export function previewOfCreate(resource: Described, inputs: RawInputs): RawInputs {
  const { contract } = resource;
  const later = [...outputsOf(contract), ...requiredOutputs(contract)];
  return { ...unknowns(later), ...inputs, ...derivedOutputsOf(resource, inputs) };
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

function unknowns(keys: readonly string[]): RawInputs {
  return Object.fromEntries(keys.map(key => [key, unknown]));
}
