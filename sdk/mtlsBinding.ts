import pulumi = require("@pulumi/pulumi");

import { buildBinding } from "./binding";
import { EnvironmentVariable } from "./generated/environmentVariable";
import { MtlsCertificate } from "./generated/mtlsCertificate";
import { Redeployment } from "./generated/redeployment";
import type { MtlsBindingArgs, MtlsBindingOutputs } from "./generated/types";
import { lookUpDeployment } from "./lookUpDeployment";

export interface MtlsBinding extends MtlsBindingOutputs {}

/**
 * A client certificate in use: one certificate, one variable for each branch, one redeployment for each deployment, in
 * the order that keeps every request working while the certificate is rotated. Removing it takes the certificate out of
 * its deployments, with one redeploy of each: the gateway's code must no longer need it then.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns them
export class MtlsBinding extends pulumi.ComponentResource {
  /** The certificate. */
  readonly certificate: MtlsCertificate;
  /** The variables that name it, one for each branch, in the order of the stages. */
  readonly variables: EnvironmentVariable[];
  /** The redeployments, one for each deployment, in the order of the stages. */
  readonly redeployments: Redeployment[];

  /**
   * @param name what the names of its parts begin with
   * @throws Error where stages are missing, or name a branch or a deployment twice (ZUPLO1108)
   */
  constructor(name: string, args: MtlsBindingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("zuplo:index:MtlsBinding", name, {}, opts);
    const classes = { MtlsCertificate, EnvironmentVariable, Redeployment, lookUpDeployment };
    const binding = buildBinding(this, classes, name, args);
    this.certificate = binding.certificate;
    this.variables = binding.variables;
    this.redeployments = binding.redeployments;
    Object.assign(this, binding.outputs);
    this.registerOutputs(binding.outputs);
  }
}
