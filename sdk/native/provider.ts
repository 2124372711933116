import pulumi = require("@pulumi/pulumi");

import type { ProviderArgs } from "../generated/native/settings";
import { plugin } from "./options";

/** A connection to Zuplo of its own, for resources that do not use the stack's configuration. */
export class Provider extends pulumi.ProviderResource {
  /**
   * @param args what differs from the environment: each setting that is missing is read from there (`ZUPLO_API_KEY`,
   * `ZUPLO_ACCOUNT`, `ZUPLO_PROJECT` …), and none from the stack's configuration
   */
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const props = {
      ...args,
      apiKey: args.apiKey === undefined ? undefined : pulumi.secret(args.apiKey),
    };
    const own: pulumi.CustomResourceOptions = { ...plugin, additionalSecretOutputs: ["apiKey"] };
    super("zuplo", name, props, pulumi.mergeOptions(own, opts));
  }
}
