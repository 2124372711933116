// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { dynamicPropertiesOf, optionsOf, type Shape } from "../shape";
import type { EnvironmentVariableArgs } from "./types";

// The engine stores the text of these functions in the state. One constant line each: no code, path or value of ours.
const provider: pulumi.dynamic.ResourceProvider = {
  configure: req => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.configure(req),
  check: (olds, news) => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.check(olds, news),
  diff: (id, olds, news) => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.diff(id, olds, news),
  create: inputs => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.create(inputs),
  read: (id, props) => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.read(id, props),
  update: (id, olds, news) =>
    require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.update(id, olds, news),
  delete: (id, props) => require("pulumi-zuplo/provider").dynamic.EnvironmentVariable.delete(id, props),
};

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
export class EnvironmentVariable extends pulumi.dynamic.Resource {
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

  constructor(name: string, args: EnvironmentVariableArgs, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "EnvironmentVariable");
  }
}
