import { z } from "zod";
import { dynamicType } from "../adapters/pulumiKeys";
import {
  argumentsOf,
  type Contract,
  outputsOf,
  pick,
  replacingArguments,
  requiredOutputs,
  writeOnceArguments,
} from "../resources/contract";
import type { Converter } from "./convert";
import { withExamples } from "./examples";
import type { Properties, PropertySpec, ResourceSpec } from "./spec";

export function resourceSpec(contract: Contract, converter: Converter): ResourceSpec {
  const { type } = contract;
  const { inputs, required, outputs } = propertiesOf(contract, converter);
  const replacing = replacingArguments(contract);
  const kept = [...argumentsOf(contract), ...outputsOf(contract)].filter(
    name => !writeOnceArguments(contract).includes(name),
  );
  const properties = kept.map((name): [string, PropertySpec] => [
    name,
    {
      ...(outputs[name] ?? asOutput(contract, name, inputs[name])),
      ...(replacing.includes(name) ? { replaceOnChanges: true as const } : {}),
    },
  ]);
  return {
    description: withExamples(type, contract.doc),
    inputProperties: mapProperties(inputs, (name, property) => ({
      ...property,
      ...(replacing.includes(name) ? { willReplaceOnChanges: true as const } : {}),
    })),
    requiredInputs: required,
    properties: Object.fromEntries(properties),
    required: [...new Set([...required, ...requiredOutputs(contract)])],
    // A stack that used the dynamic classes keeps its resources.
    aliases: [{ type: dynamicType(type) }],
  };
}

export function componentSpec(contract: Contract, converter: Converter): ResourceSpec {
  const { inputs, required, outputs } = propertiesOf(contract, converter);
  return {
    description: withExamples(contract.type, contract.doc),
    isComponent: true,
    inputProperties: inputs,
    requiredInputs: required,
    properties: outputs,
    required: [...requiredOutputs({ ...contract, inputs: z.strictObject({}) })],
  };
}

/** Without the hidden ones, in the order of the contract. */
function propertiesOf(contract: Contract, converter: Converter) {
  const shown = z.strictObject(pick(contract.inputs.shape, argumentsOf(contract)) as z.ZodRawShape);
  const { properties: inputs, required } = converter.object(shown);
  return { inputs, required, outputs: converter.result(contract.outputs).properties };
}

/** An argument as an output, whose words may be others. */
function asOutput(contract: Contract, name: string, property: PropertySpec | undefined): PropertySpec {
  const { output } = (contract.inputs.shape[name] as z.ZodType).meta() ?? {};
  if (output === undefined) return property ?? {};
  const { words: _, ...rest } = property ?? {};
  return { ...rest, description: output };
}

function mapProperties(
  properties: Properties,
  map: (name: string, property: PropertySpec) => PropertySpec,
): Properties {
  return Object.fromEntries(Object.entries(properties).map(([name, spec]) => [name, map(name, spec)]));
}
