// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf } from "../../shape";
import { environmentVariable as shape } from "../shapes";
import type { EnvironmentVariableArgs, EnvironmentVariableOutputs } from "../types";

export interface EnvironmentVariable extends EnvironmentVariableOutputs {}

/**
 * A variable of one branch of a Zuplo project.
 *
 * Creating it takes over an existing variable. Zuplo's API cannot delete variables: deleting this resource leaves the
 * variable with its last value, or with `valueOnDelete`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class EnvironmentVariable extends pulumi.CustomResource {
  /** Reads one that exists, by its id, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<EnvironmentVariableArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): EnvironmentVariable {
    return new EnvironmentVariable(name, state as EnvironmentVariableArgs, { ...opts, id });
  }

  constructor(name: string, args: EnvironmentVariableArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "zuplo:index:EnvironmentVariable",
      name,
      propertiesOf(shape, args),
      nativeOptionsOf(shape, name, args, opts),
    );
  }
}
