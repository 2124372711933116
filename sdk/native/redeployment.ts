import pulumi = require("@pulumi/pulumi");

import type { EnvironmentType } from "../mtlsCertificate";
import type { RedeploymentArgs } from "../redeployment";
import { withSecretHeaders } from "../secretHeaders";
import { optionsOf } from "./options";

/**
 * One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.
 *
 * It disables the certificates that are superseded, redeploys, waits until the new build is served, and verifies it.
 * Deleting this resource deletes nothing at Zuplo.
 */
export class Redeployment extends pulumi.CustomResource {
  /** Name of the deployment. */
  declare readonly deployment: pulumi.Output<string>;
  /** URL at which the gateway serves it. */
  declare readonly url: pulumi.Output<string>;
  declare readonly environmentType: pulumi.Output<EnvironmentType>;
  /** The build that was served when the redeploy was done. */
  declare readonly buildId: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly deployedOn: pulumi.Output<string>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;

  /** Reads a deployment that exists, by its name, without managing it. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: Partial<RedeploymentArgs> = {},
    opts?: pulumi.CustomResourceOptions,
  ): Redeployment {
    return new Redeployment(name, state as RedeploymentArgs, { ...opts, id });
  }

  constructor(name: string, args: RedeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const props = {
      deployment: undefined,
      environmentType: undefined,
      account: undefined,
      project: undefined,
      ...withSecretHeaders(args),
      url: undefined,
      buildId: undefined,
      deployedOn: undefined,
    };
    super("zuplo:index:Redeployment", name, props, optionsOf("Redeployment", opts));
  }
}
