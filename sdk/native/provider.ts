import pulumi = require("@pulumi/pulumi");

import { pluginVersion } from "./options";

/** What is not given here is read from the environment. */
export interface ProviderArgs {
  /** Zuplo API key; always a secret. ZUPLO_API_KEY by default. */
  apiKey?: pulumi.Input<string>;
  /** Account name. ZUPLO_ACCOUNT by default, and the API key's own account without it. */
  account?: pulumi.Input<string>;
  /** Project name; can be set on a resource instead. ZUPLO_PROJECT by default. */
  project?: pulumi.Input<string>;
  /** Base URL of the developer API. ZUPLO_DEVELOPER_API_ENDPOINT by default, and https://dev.zuplo.com without it. */
  endpoint?: pulumi.Input<string>;
}

/** A connection to Zuplo of its own, for resources that do not use the stack's configuration. */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    const props = {
      ...args,
      apiKey: args.apiKey === undefined ? undefined : pulumi.secret(args.apiKey),
    };
    const own: pulumi.CustomResourceOptions = { version: pluginVersion, additionalSecretOutputs: ["apiKey"] };
    super("zuplo", name, props, pulumi.mergeOptions(own, opts));
  }
}
