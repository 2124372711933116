// Written by `npm run sdk` from the contracts.
import type pulumi = require("@pulumi/pulumi");

/** The settings of a provider. What is not given here is read from the environment. */
export interface ProviderArgs {
  /** Zuplo API key. Environment: ZUPLO_API_KEY. */
  apiKey?: pulumi.Input<string>;
  /** Account name; by default, the API key's own account. Environment: ZUPLO_ACCOUNT. */
  account?: pulumi.Input<string>;
  /** Project name; can be set on a resource instead. Environment: ZUPLO_PROJECT. */
  project?: pulumi.Input<string>;
  /** Base URL of Zuplo's developer API; https://dev.zuplo.com by default. Environment: ZUPLO_DEVELOPER_API_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /**
   * What to do with a certificate that is no longer needed while deployments outside the program still use it: `leave`
   * a replaced one until it is free, `redeploy` the deployments that do not name it, or `fail`; `leave` by default.
   * Environment: ZUPLO_OTHERS.
   */
  others?: pulumi.Input<"leave" | "redeploy" | "fail">;
  /**
   * How long to keep a superseded certificate after the last redeploy that released it, in seconds or as a string such
   * as "1m": the locations of Zuplo's edge switch to a new build one after the other. 30 seconds by default; 0 to 24
   * hours. Environment: ZUPLO_SETTLE.
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
