// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { dynamicPropertiesOf, optionsOf } from "../shape";
import { environmentVariable as shape } from "./shapes";
import type { EnvironmentVariableArgs, EnvironmentVariableOutputs } from "./types";

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

export interface EnvironmentVariable extends EnvironmentVariableOutputs {}

/**
 * A variable of one branch of a Zuplo project.
 *
 * Creating it takes over an existing variable. Zuplo's API cannot delete variables: deleting this resource leaves the
 * variable with its last value, or with `valueOnDelete`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class EnvironmentVariable extends pulumi.dynamic.Resource {
  constructor(name: string, args: EnvironmentVariableArgs, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "EnvironmentVariable");
  }
}
