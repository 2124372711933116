import pulumi = require("@pulumi/pulumi");

import { hiddenInputs } from "./hiddenInputs";

export interface EnvironmentVariableArgs {
  /** Branch in source control; a variable belongs to one branch. */
  branch: pulumi.Input<string>;
  /**
   * Name in SCREAMING_SNAKE_CASE. It may not start with ZUPLO_, ZUDOKU_ or __ZUPLO, but for ZUPLO_PUBLIC_ and
   * ZUDOKU_PUBLIC_.
   */
  name: pulumi.Input<string>;
  /** Value, at most about 5 kB; takes effect with the branch's next redeploy. A secret where `isSecret` is true. */
  value: pulumi.Input<string>;
  /** Whether Zuplo keeps the value unreadable. Default: false. Cannot be changed later. */
  isSecret?: pulumi.Input<boolean>;
  /** Whether a variable that exists already is taken over. Default: true; false makes it an error. */
  adopt?: pulumi.Input<boolean>;
  /**
   * Value that the variable gets when this resource is deleted, since Zuplo's API cannot delete it: an empty text, for
   * instance, with which the gateway shows no certificate. It is written only where the variable still has the value of
   * the state, no other resource of the program sets it, and it names no certificate that is missing or not enabled.
   * Without it, the variable keeps its last value. Not with `isSecret`.
   */
  valueOnDelete?: pulumi.Input<string>;
  /** Account name; zuplo:account by default. */
  account?: pulumi.Input<string>;
  /** Project name; zuplo:project by default. */
  project?: pulumi.Input<string>;
}

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

/**
 * A variable of one branch of a Zuplo project.
 *
 * Creating it takes over a variable that exists. Zuplo's API cannot delete variables: deleting this resource leaves
 * the variable with its last value, or with `valueOnDelete`.
 */
export class EnvironmentVariable extends pulumi.dynamic.Resource {
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

  constructor(name: string, args: EnvironmentVariableArgs, opts?: pulumi.CustomResourceOptions) {
    const { isSecret = false, value } = args;
    const protectedValue = pulumi.output(isSecret).apply(secret => (secret ? pulumi.secret(value) : value));
    const props = {
      account: undefined,
      project: undefined,
      ...args,
      value: protectedValue,
      createdOn: undefined,
      updatedOn: undefined,
      ...hiddenInputs(name, args, opts),
    };
    super(provider, name, props, opts, "zuplo", "EnvironmentVariable");
  }
}
