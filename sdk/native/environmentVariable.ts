import pulumi = require("@pulumi/pulumi");

import type { EnvironmentVariableArgs } from "../environmentVariable";
import { optionsOf } from "./options";

/**
 * A variable of one branch of a Zuplo project.
 *
 * Creating it takes over a variable that exists. Zuplo's API cannot delete variables: deleting this resource leaves
 * the variable with its last value, or with `valueOnDelete`.
 */
export class EnvironmentVariable extends pulumi.CustomResource {
  declare readonly branch: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly value: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly createdOn: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly updatedOn: pulumi.Output<string>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;

  /** Reads a variable that exists, by `branch/NAME`, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<EnvironmentVariableArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): EnvironmentVariable {
    return new EnvironmentVariable(name, state as EnvironmentVariableArgs, { ...opts, id });
  }

  constructor(name: string, args: EnvironmentVariableArgs, opts?: pulumi.CustomResourceOptions) {
    const given: Partial<EnvironmentVariableArgs> = args;
    const { isSecret = false, value } = given;
    const protectedValue =
      value === undefined
        ? undefined
        : pulumi.output(isSecret).apply(secret => (secret ? pulumi.secret(value) : value));
    const props = {
      branch: undefined,
      name: undefined,
      account: undefined,
      project: undefined,
      ...given,
      value: protectedValue,
      createdOn: undefined,
      updatedOn: undefined,
    };
    const secrets = isSecret === true ? ["value"] : [];
    super("zuplo:index:EnvironmentVariable", name, props, optionsOf("EnvironmentVariable", opts, secrets));
  }
}
