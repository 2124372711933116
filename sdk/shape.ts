import pulumi = require("@pulumi/pulumi");

import { hiddenInputs } from "./hiddenInputs";
import { refuseDeleteBeforeReplace } from "./refuse";
import { type Secrets, withSecrets } from "./secrets";

/** What a class needs to know of its resource. */
export interface Shape {
  type: string;
  /** Every output: they have to stand among a resource's properties. */
  outputs: readonly string[];
  secrets: Secrets;
  /** Outputs that are secret whatever the inputs are. */
  secretOutputs: string[];
}

/** The properties that the engine is told of. */
export function propertiesOf({ outputs, secrets }: Shape, args: object): pulumi.Inputs {
  const unset = Object.fromEntries(outputs.map(output => [output, undefined]));
  return { ...unset, ...withSecrets(args, secrets) };
}

/** The same for the dynamic host, which has to be told more. */
export function dynamicPropertiesOf(
  shape: Shape,
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  return { ...propertiesOf(shape, args), ...hiddenInputs(name, args, opts) };
}

export function optionsOf(
  { type, secretOutputs }: Shape,
  name: string,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.CustomResourceOptions {
  if (type === "MtlsCertificate") refuseDeleteBeforeReplace(name, opts);
  return pulumi.mergeOptions(opts, { additionalSecretOutputs: secretOutputs });
}
