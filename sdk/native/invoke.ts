import pulumi = require("@pulumi/pulumi");

import { plugin } from "./options";

/** The same arguments, where each may be the output of a resource. */
export type Inputs<Args> = { [Key in keyof Args]: pulumi.Input<Args[Key]> };

export function invoker<Args extends object, Result>(name: string) {
  return (args?: Args, opts?: pulumi.InvokeOptions): Promise<Result> =>
    pulumi.runtime.invoke(`zuplo:index:${name}`, { ...args }, { ...plugin, ...opts });
}

export function outputInvoker<Args extends object, Result>(name: string) {
  return (args?: Inputs<Args>, opts?: pulumi.InvokeOutputOptions): pulumi.Output<Result> =>
    pulumi.runtime.invokeOutput<Result>(`zuplo:index:${name}`, { ...args }, { ...plugin, ...opts });
}
