// Written by `npm run sdk` from the contracts.
import type pulumi = require("@pulumi/pulumi");

/** The settings of a provider. What is not given here is read from the environment. */
export interface ProviderArgs {
  /** Zuplo API key. Environment: ZUPLO_API_KEY. */
  apiKey?: pulumi.Input<string>;
  /** Account name; the API key's own account by default. Environment: ZUPLO_ACCOUNT. */
  account?: pulumi.Input<string>;
  /** Project name; can be set on a resource instead. Environment: ZUPLO_PROJECT. */
  project?: pulumi.Input<string>;
  /** Base URL of Zuplo's developer API; https://dev.zuplo.com by default. Environment: ZUPLO_DEVELOPER_API_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /**
   * What to do with a certificate that is no longer needed and that deployments outside the program still use: `leave`
   * a replaced one until it is free, `redeploy` those that do not name it, or `fail`; `leave` by default. Environment:
   * ZUPLO_OTHERS.
   */
  others?: pulumi.Input<"leave" | "redeploy" | "fail">;
  /**
   * How long a superseded certificate outlives the last redeploy that released it, in seconds or as a text such as
   * "1m", before it is deleted: Zuplo's edge takes on a build one location after the other. 30 seconds by default; 0 or
   * more, 24 hours at most. Environment: ZUPLO_SETTLE.
   */
  settle?: pulumi.Input<string>;
  /**
   * File or folder that gets a record of what each run does at Zuplo: a line of JSON for each step, without secrets. In
   * a folder, each run has a file of its own. Environment: ZUPLO_RECORD.
   */
  record?: pulumi.Input<string>;
  /** Time limit of one API call, in seconds; 30 by default, 3600 at most. Environment: ZUPLO_CALL_TIMEOUT. */
  callTimeout?: pulumi.Input<string>;
}
