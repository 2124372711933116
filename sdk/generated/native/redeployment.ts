// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf } from "../../shape";
import { redeployment as shape } from "../shapes";
import type { RedeploymentArgs, RedeploymentOutputs } from "../types";

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
export class Redeployment extends pulumi.CustomResource {
  /** Reads one that exists, by its id, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<RedeploymentArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): Redeployment {
    return new Redeployment(name, state as RedeploymentArgs, { ...opts, id });
  }

  constructor(name: string, args: RedeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "zuplo:index:Redeployment",
      name,
      propertiesOf(shape, args),
      nativeOptionsOf(shape, name, args, opts),
    );
  }
}
