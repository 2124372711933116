// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf, type Shape } from "../../shape";
import type { EnvironmentVariableArgs } from "../types";

const shape: Shape = {
  type: "EnvironmentVariable",
  outputs: [
    "branch",
    "name",
    "value",
    "isSecret",
    "adopt",
    "valueOnDelete",
    "account",
    "project",
    "createdOn",
    "updatedOn",
  ],
  secrets: { value: { where: "isSecret" } },
  secretOutputs: [],
};

/**
 * A variable of one branch of a Zuplo project.
 *
 * Creating it takes over a variable that exists. Zuplo's API cannot delete variables: deleting this resource leaves the
 * variable with its last value, or with `valueOnDelete`.
 */
export class EnvironmentVariable extends pulumi.CustomResource {
  /** Branch in source control; a variable belongs to one branch. */
  declare readonly branch: pulumi.Output<string>;
  /**
   * Name in SCREAMING_SNAKE_CASE. It may not start with ZUPLO_, ZUDOKU_ or __ZUPLO, but for ZUPLO_PUBLIC_ and
   * ZUDOKU_PUBLIC_.
   */
  declare readonly name: pulumi.Output<string>;
  /** Value, at most about 5 kB; takes effect with the branch's next redeploy. Secret where `isSecret` is true. */
  declare readonly value: pulumi.Output<string>;
  /** Whether Zuplo keeps the value unreadable. Cannot be changed later. Default: false. */
  declare readonly isSecret: pulumi.Output<boolean | undefined>;
  /** Whether a variable that exists already is taken over; false makes it an error. Default: true. */
  declare readonly adopt: pulumi.Output<boolean | undefined>;
  /**
   * Value that the variable gets when this resource is deleted, since Zuplo's API cannot delete it: an empty text, for
   * instance, with which the gateway shows no certificate. It is written only where the variable still has the value of
   * the state, no other resource of the program sets it, and it names no certificate that is missing or not enabled.
   * Without it, the variable keeps its last value. Not with `isSecret`.
   */
  declare readonly valueOnDelete: pulumi.Output<string | undefined>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;
  /** When it was created at Zuplo, ISO 8601. */
  declare readonly createdOn: pulumi.Output<string>;
  /** When its value was last set, ISO 8601. */
  declare readonly updatedOn: pulumi.Output<string>;

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
