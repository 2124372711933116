import pulumi = require("@pulumi/pulumi");

import { version } from "../../provider/version";

/** The version of the plugin that serves these classes: that of this package. */
export const pluginVersion = version;

/** The options of a resource that was of the dynamic class of the same name before: it is kept, not made again. */
export function optionsOf(
  type: string,
  opts: pulumi.CustomResourceOptions | undefined,
  additionalSecretOutputs: string[] = [],
): pulumi.CustomResourceOptions {
  const own: pulumi.CustomResourceOptions = {
    version: pluginVersion,
    aliases: [{ type: `pulumi-nodejs:dynamic/zuplo:${type}` }],
    additionalSecretOutputs,
  };
  return pulumi.mergeOptions(own, opts);
}
