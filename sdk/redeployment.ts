import pulumi = require("@pulumi/pulumi");

import { hiddenInputs } from "./hiddenInputs";
import type { EnvironmentType } from "./mtlsCertificate";
import { withSecretHeaders } from "./secretHeaders";

/** A variable that a deployment reads, with its value: usually the outputs of an EnvironmentVariable. */
export interface RedeploymentVariable {
  branch: pulumi.Input<string>;
  name: pulumi.Input<string>;
  value: pulumi.Input<string>;
}

/** How a verification asks. */
export type VerifyMethod = "GET" | "HEAD" | "OPTIONS" | "POST";

/**
 * What the answer to a verification must hold. `${fingerprint}`, `${serialNumber}` and `${subject}` stand for those of
 * the certificate in `certificates`; hex is compared without colons and case. Where a deployment uses several
 * certificates, `${serialNumber:VARIABLE}` is that of the one which this variable names.
 */
export interface Expect {
  /** Text that the first MiB of the body must hold. */
  body?: pulumi.Input<string>;
  /** Text that each header must hold, by the header's name. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A request through the gateway that must succeed with the new build. Either `path` or `url`. */
export interface Verify {
  /** Path at the deployment's own URL, such as /health. */
  path?: pulumi.Input<string>;
  /** Full URL, where the deployment is reached under another one. */
  url?: pulumi.Input<string>;
  /** The method of the request, which has no body. Default: GET. */
  method?: pulumi.Input<VerifyMethod>;
  /** Headers of the request, such as the API key that the route asks for; always secret. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The HTTP status that means success. Default: 200. */
  status?: pulumi.Input<number>;
  /** What the answer must hold besides, which proves that the gateway shows the new certificate. */
  expect?: pulumi.Input<Expect>;
  /** How long to ask for it: seconds, or a text such as "30s". Default: 5 seconds; 24 hours at most. */
  timeout?: pulumi.Input<number | string>;
}

export interface RedeploymentArgs {
  /** Branch whose deployment is redeployed. Either this or `deployment`. */
  branch?: pulumi.Input<string>;
  /** Name of the deployment that is redeployed. */
  deployment?: pulumi.Input<string>;
  /**
   * Names of the certificates that the deployment uses. Those that it no longer uses are disabled before the redeploy,
   * where nobody would miss them.
   */
  certificates: pulumi.Input<pulumi.Input<string>[]>;
  /** Variables that the deployment reads; they are set before it is redeployed. */
  variables: pulumi.Input<pulumi.Input<RedeploymentVariable>[]>;
  /** Any value; another one causes a redeploy. */
  triggers?: pulumi.Input<unknown>;
  /** A request through the gateway that must succeed with the new build. */
  verify?: pulumi.Input<Verify>;
  /** Whether a failure puts variables and certificates back and redeploys once more. Default: true with `verify`. */
  rollback?: pulumi.Input<boolean>;
  /** How long to wait for the new build: seconds, or a text such as "10m". Default: 600 seconds; 24 hours at most. */
  timeout?: pulumi.Input<number | string>;
  /** What the deployment's environment type must be; nothing is changed where it is another. */
  environmentType?: pulumi.Input<EnvironmentType>;
  /** Account name; zuplo:account by default. */
  account?: pulumi.Input<string>;
  /** Project name; zuplo:project by default. */
  project?: pulumi.Input<string>;
}

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

/**
 * One redeploy of one deployment whenever its certificates, variables or triggers change, and none otherwise.
 *
 * It disables the certificates that are superseded, redeploys, waits until the new build is served, and verifies it.
 * Deleting this resource deletes nothing at Zuplo.
 */
export class Redeployment extends pulumi.dynamic.Resource {
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
      ...hiddenInputs(name, args, opts),
    };
    // A roll that fails stores the values of the program before, and the engine marks them by the inputs of now.
    const options = pulumi.mergeOptions(opts, { additionalSecretOutputs: ["variables", "triggers"] });
    super(provider, name, props, options, "zuplo", "Redeployment");
  }
}
