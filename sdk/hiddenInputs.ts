import pulumi = require("@pulumi/pulumi");

import { secretKey } from "../provider/adapters/pulumiKeys";
import { formatIdentity, identityKey, parentsKey } from "../provider/certificates/identity";

/** What Pulumi's resources know of their place, and do not tell in their types. */
interface Placed {
  __pulumiType?: string;
  __parentResource?: Placed;
}

/** What the provider is told besides the arguments: Pulumi's dynamic host tells it neither URN nor secrets. */
export function hiddenInputs(
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions | undefined,
): Record<string, pulumi.Input<string | string[]> | undefined> {
  const place = { project: pulumi.getProject(), stack: pulumi.getStack(), resource: name };
  const parents = parentsOf(opts?.parent);
  const secret = secretsOf(args);
  return {
    [identityKey]: formatIdentity({ ...place, parents: "" }),
    ...(parents === "" ? {} : { [parentsKey]: parents }),
    ...(secret === undefined ? {} : { [secretKey]: secret }),
  };
}

/** The types of the parents, outermost first, as they stand in a URN. */
function parentsOf(parent: pulumi.Resource | undefined): string {
  const types: string[] = [];
  for (let at = parent as Placed | undefined; at !== undefined; at = at.__parentResource) {
    if (at.__pulumiType !== undefined && at.__pulumiType !== "pulumi:pulumi:Stack")
      types.unshift(at.__pulumiType);
  }
  return types.join("$");
}

function secretsOf(args: object): Promise<string[]> | undefined {
  const outputs = Object.entries(args).filter(([, value]) => pulumi.Output.isInstance(value));
  if (outputs.length === 0) return undefined;
  return Promise.all(
    outputs.map(async ([key, value]) =>
      (await pulumi.isSecret(value as pulumi.Output<unknown>)) ? [key] : [],
    ),
  ).then(keys => keys.flat());
}
