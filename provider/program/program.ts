import type { DeploymentPlace } from "../rotation/branchVariable";
import { ProgramAuthorities } from "./authorities";
import { ProgramCertificates } from "./certificates";
import { ProgramRedeployments } from "./redeployments";
import { UnderWay } from "./underWay";
import { ProgramVariables } from "./variables";

/**
 * The program of this run, as far as the engine has had it checked: who else wants what. A resource that is deleted
 * without having been checked is no longer in the program.
 */
export class Program {
  readonly certificates = new ProgramCertificates();
  readonly variables = new ProgramVariables();
  readonly redeployments = new ProgramRedeployments();
  readonly authorities = new ProgramAuthorities();
  readonly underWay = new UnderWay();

  /** Whether the program redeploys a branch of the project, as far as it was checked. */
  redeploysBranch(project: string, branch: string): boolean {
    return this.certificates.useBranch(project, branch) || this.redeployments.haveBranch(project, branch);
  }

  /** Whether the program redeploys a deployment of the project, as far as it was checked. */
  redeploys(project: string, deployment: DeploymentPlace): boolean {
    return (
      this.certificates.useDeployment(project, deployment) ||
      this.redeployments.of(project, deployment).length > 0
    );
  }
}
