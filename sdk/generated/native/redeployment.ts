// Written by `npm run sdk` from the contracts.
import pulumi = require("@pulumi/pulumi");

import { nativeOptionsOf } from "../../native/options";
import { propertiesOf, type Shape } from "../../shape";
import type { EnvironmentType, RedeploymentArgs, RedeploymentVariable, Verify } from "../types";

const shape: Shape = {
  type: "Redeployment",
  outputs: [
    "branch",
    "deployment",
    "certificates",
    "variables",
    "triggers",
    "verify",
    "rollback",
    "timeout",
    "environmentType",
    "account",
    "project",
    "url",
    "buildId",
    "deployedOn",
  ],
  secrets: { verify: ["headers"] },
  secretOutputs: ["variables", "triggers"],
};

/**
 * One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.
 *
 * It disables the certificates that are superseded, where no branch of the environment type still needs them,
 * redeploys, waits until the new build is served, and verifies it. Where a refresh finds that the deployment can no
 * longer have what is listed here, the next run redeploys.
 *
 * An old certificate that none of `variables` named is never disabled, since its name may stand in the gateway's code.
 * Deleting this resource deletes nothing at Zuplo.
 */
export class Redeployment extends pulumi.CustomResource {
  /** Branch whose deployment is redeployed. Either this or `deployment`. */
  declare readonly branch: pulumi.Output<string | undefined>;
  /** Name of the deployment. */
  declare readonly deployment: pulumi.Output<string>;
  /**
   * Names of the certificates that the deployment uses; those that it no longer uses are disabled where nobody would
   * miss them.
   */
  declare readonly certificates: pulumi.Output<string[]>;
  /** Variables that the deployment reads; they are set before it is redeployed. */
  declare readonly variables: pulumi.Output<pulumi.Unwrap<RedeploymentVariable>[]>;
  /** Any value; another one causes a redeploy. */
  declare readonly triggers: pulumi.Output<unknown>;
  /** A request through the gateway that must succeed with the new build. */
  declare readonly verify: pulumi.Output<pulumi.Unwrap<Verify> | undefined>;
  /**
   * Whether a failure puts variables and certificates back and redeploys once more. Default: true where `verify` is
   * given.
   */
  declare readonly rollback: pulumi.Output<boolean | undefined>;
  /**
   * How long to wait for the new build; 24 hours at most. Seconds, or a text such as "30s", "12h" or "30d". Default:
   * 600 seconds.
   */
  declare readonly timeout: pulumi.Output<number | string | undefined>;
  /** Environment type of the deployment. */
  declare readonly environmentType: pulumi.Output<EnvironmentType>;
  /** Account in which it lives. */
  declare readonly account: pulumi.Output<string>;
  /** Project in which it lives. */
  declare readonly project: pulumi.Output<string>;
  /** URL at which the gateway serves the deployment. */
  declare readonly url: pulumi.Output<string>;
  /** The build that was served when the redeploy was done. */
  declare readonly buildId: pulumi.Output<string>;
  /** When the redeploy was done, ISO 8601; missing after one that failed. */
  declare readonly deployedOn: pulumi.Output<string>;

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
