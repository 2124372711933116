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
  /**
   * What to do with a certificate that is no longer needed and that deployments outside the program still use.
   * ZUPLO_OTHERS by default, and "leave" without it.
   */
  others?: pulumi.Input<"leave" | "redeploy" | "fail">;
  /**
   * How long a superseded certificate outlives the last redeploy that released it, in seconds or as a text such as "1m".
   * ZUPLO_SETTLE by default, and 30 seconds without it.
   */
  settle?: pulumi.Input<string>;
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
