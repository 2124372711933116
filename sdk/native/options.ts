import { dynamicType } from "../../provider/adapters/pulumiKeys";

import pulumi = require("@pulumi/pulumi");

import { pluginDownloadUrl } from "../../provider/adapters/pluginAddress";
import { version } from "../../provider/version";
import { optionsOf, type Shape } from "../shape";

/** The plugin that serves these classes: of the version of this package, and where the engine gets it. */
export const plugin: Pick<pulumi.ResourceOptions & pulumi.InvokeOptions, "version" | "pluginDownloadURL"> = {
  version,
  ...(pluginDownloadUrl === undefined ? {} : { pluginDownloadURL: pluginDownloadUrl }),
};

/** The options of a resource that was of the dynamic class of the same name before: it is kept, not made again. */
export function nativeOptionsOf(
  shape: Shape,
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions | undefined,
): pulumi.CustomResourceOptions {
  const given = args as Record<string, unknown>;
  const isSecret = (how: Shape["secrets"][string]) =>
    typeof how === "object" && "where" in how && given[how.where] === true;
  const own: pulumi.CustomResourceOptions = {
    ...plugin,
    aliases: [{ type: dynamicType(shape.type) }],
    additionalSecretOutputs: Object.keys(shape.secrets).filter(key => isSecret(shape.secrets[key] ?? [])),
  };
  return pulumi.mergeOptions(own, optionsOf(shape, name, opts));
}
