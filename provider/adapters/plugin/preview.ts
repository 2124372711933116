import { lastingOutputsOf } from "../../resources/lastingOutputs";
import { type Changes, type RawInputs, unknown } from "../../resources/resource";

/** Outputs that an update sets anew, and the changes that make it do so. */
const moving: Record<string, { outputs: readonly string[]; by: readonly string[] }> = {
  MtlsCertificate: { outputs: ["updatedOn"], by: ["environments"] },
  EnvironmentVariable: { outputs: ["updatedOn"], by: ["value"] },
  Redeployment: {
    outputs: ["buildId", "deployedOn"],
    by: ["certificates", "variables", "triggers", "environmentType"],
  },
};

interface Previewed {
  type: string;
  outputs: readonly string[];
  predict(inputs: RawInputs): RawInputs;
}

/** What a created resource will look like, as far as it can be told before it is created. */
export function previewOfCreate(resource: Previewed, inputs: RawInputs): RawInputs {
  const later = [...resource.outputs, ...lastingOutputsOf(resource.type)];
  return { ...unknowns(later), ...inputs, ...resource.predict(inputs) };
}

/** What an updated resource will look like: outputs stay, but for those that the changes set anew. */
export function previewOfUpdate(
  resource: Previewed,
  olds: RawInputs,
  inputs: RawInputs,
  changes: Changes,
): RawInputs {
  const { outputs = [], by = [] } = moving[resource.type] ?? {};
  const isMoving = by.some(key => changes[key] !== undefined);
  const later = outputs.filter(key => isMoving || olds[key] === undefined);
  const kept = [...resource.outputs, ...lastingOutputsOf(resource.type)];
  const staying = Object.fromEntries(kept.map(key => [key, olds[key]]));
  return { ...staying, ...inputs, ...unknowns(later) };
}

function unknowns(keys: readonly string[]): RawInputs {
  return Object.fromEntries(keys.map(key => [key, unknown]));
}
