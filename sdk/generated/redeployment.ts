// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { dynamicPropertiesOf, optionsOf } from "../shape";
import { redeployment as shape } from "./shapes";
import type { RedeploymentArgs, RedeploymentOutputs } from "./types";

// The engine stores the text of these functions in the state. One constant line each: no code, path or value of ours.
const provider: pulumi.dynamic.ResourceProvider = {
  configure: req => require("pulumi-zuplo/provider").dynamic.Redeployment.configure(req),
  check: (olds, news) => require("pulumi-zuplo/provider").dynamic.Redeployment.check(olds, news),
  diff: (id, olds, news) => require("pulumi-zuplo/provider").dynamic.Redeployment.diff(id, olds, news),
  create: inputs => require("pulumi-zuplo/provider").dynamic.Redeployment.create(inputs),
  read: (id, props) => require("pulumi-zuplo/provider").dynamic.Redeployment.read(id, props),
  update: (id, olds, news) => require("pulumi-zuplo/provider").dynamic.Redeployment.update(id, olds, news),
  delete: (id, props) => require("pulumi-zuplo/provider").dynamic.Redeployment.delete(id, props),
};

export interface Redeployment extends RedeploymentOutputs {}

/**
 * One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.
 *
 * It disables the superseded certificates, unless a branch of the environment type still needs them, redeploys, waits
 * until the new build is served, and verifies it. Several Redeployments of one deployment share its redeploy in a run,
 * and each verifies for itself. If a refresh finds that the deployment can no longer have what is listed here, the next
 * run redeploys it.
 *
 * An old certificate that none of `variables` named is never disabled, since the gateway's code may name it. Deleting
 * this resource deletes nothing at Zuplo.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Pulumi assigns them
export class Redeployment extends pulumi.dynamic.Resource {
  constructor(name: string, args: RedeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const props = dynamicPropertiesOf(shape, name, args, opts);
    super(provider, name, props, optionsOf(shape, name, opts), "zuplo", "Redeployment");
  }
}
