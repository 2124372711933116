import pulumi = require("@pulumi/pulumi");

import { environmentTypeOf } from "../../provider/api/branches";
import { deployOnce, workingCopyProblem } from "../../provider/rotation/targetWords";
import { coded } from "../../provider/text/codes";
import { buildBinding, type Scope } from "../binding";
import { EnvironmentVariable } from "../generated/native/environmentVariable";
import { getDeployments } from "../generated/native/functions";
import { MtlsCertificate } from "../generated/native/mtlsCertificate";
import { Redeployment } from "../generated/native/redeployment";
import type { MtlsBindingArgs, MtlsBindingOutputs } from "../generated/types";

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
    const lookUpDeployment = (deployment: string, scope: Scope) => find(this, deployment, scope);
    const classes = { MtlsCertificate, EnvironmentVariable, Redeployment, lookUpDeployment };
    const binding = buildBinding(this, classes, name, args);
    this.certificate = binding.certificate;
    this.variables = binding.variables;
    this.redeployments = binding.redeployments;
    Object.assign(this, binding.outputs);
    this.registerOutputs(binding.outputs);
  }
}

/** Asks the binding's own provider, since it may be connected to another account than the stack. */
async function find(parent: pulumi.Resource, name: string, scope: Scope) {
  const { deployments } = await getDeployments(scope, { parent });
  const found = deployments.find(deployment => deployment.name === name);
  if (found === undefined) {
    throw new Error(
      coded("ZUPLO1305", `find deployment '${name}': the project has no such deployment. ${deployOnce}`),
    );
  }
  if (found.isWorkingCopy) {
    throw new Error(
      coded(
        "ZUPLO1304",
        `find deployment '${name}': ${workingCopyProblem}. Name the branch's own deployment, or give \`branches\` instead.`,
      ),
    );
  }
  const { branch = "", environmentType = environmentTypeOf(branch) } = found;
  return { branch, environmentType };
}
