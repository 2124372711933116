/** What other people do to a project without the API that is emulated: in the portal, with git, in the editor. */
import type { World } from "./api/world";
import type { Builds } from "./builds";
import { addWorkingCopy, deploymentOf, ensureBranch } from "./state/branches";
import { type Certificate, type Deployment, type EnvironmentType, environmentTypes } from "./state/model";

export interface ByHand {
  /** A git push: a deploy, also of a branch that is new. Settles when it is served; rejects if it fails. */
  push(project: string, branch: string, environmentType?: EnvironmentType): Promise<void>;
  /** The same, with code that names this certificate itself; undefined: code that reads the variable. */
  pushCode(project: string, branch: string, certificate: string | undefined): Promise<void>;
  /** Somebody opens the branch in the editor; the label is what the portal shows of whose copy it is. */
  openWorkingCopy(project: string, branch: string, label?: string): Deployment;
  /** The types for which a certificate is enabled from now on. */
  enableCertificate(id: string, types: readonly EnvironmentType[]): void;
  /** @returns whether it could be deleted: not while a deployment runs with it. */
  deleteCertificate(id: string): boolean;
  setVariable(project: string, branch: string, name: string, value: string): void;
  deleteDeployment(name: string): void;
}

export interface ByHandParts {
  world: World;
  builds: Pick<Builds, "enqueue">;
  /** A deployment that is new. */
  serve(deployment: Deployment): void;
  /** After any change of the state. */
  onChange(): void;
  /** Default: a UUID. */
  newBuildId?: (() => string) | undefined;
}

export function createByHand({ world, builds, serve, onChange, newBuildId }: ByHandParts): ByHand {
  const find = (id: string): Certificate => {
    const found = world.state.certificates.find(certificate => certificate.id === id);
    if (!found) throw new Error(`there is no certificate ${id}`);
    return found;
  };

  const deploy = (
    project: string,
    branch: string,
    environmentType?: EnvironmentType,
    commit?: (deployment: Deployment) => void,
  ): Promise<void> => {
    const isNew = !deploymentOf(world.state, project, branch);
    const now = world.now();
    const deployment = ensureBranch(world.state, project, branch, environmentType, now, newBuildId?.());
    if (isNew) serve(deployment);
    else deployment.commit = (deployment.commit ?? 0) + 1;
    commit?.(deployment);
    return builds.enqueue(deployment);
  };

  return {
    push: (project, branch, environmentType) => deploy(project, branch, environmentType),
    pushCode: (project, branch, certificate) =>
      deploy(project, branch, undefined, deployment => {
        if (certificate === undefined) delete deployment.certificateInCode;
        else deployment.certificateInCode = certificate;
      }),
    openWorkingCopy(project, branch, label) {
      const deployment = addWorkingCopy(world.state, project, branch, world.now(), newBuildId?.(), label);
      serve(deployment);
      onChange();
      return deployment;
    },
    enableCertificate(id, types) {
      const certificate = find(id);
      certificate.environments = environmentTypes.filter(type => types.includes(type));
      certificate.updatedOn = world.now();
      onChange();
    },
    deleteCertificate(id) {
      const certificate = find(id);
      if (world.references.holders(id).length > 0) return false;
      world.state.certificates.splice(world.state.certificates.indexOf(certificate), 1);
      onChange();
      return true;
    },
    setVariable(project, branch, name, value) {
      const now = world.now();
      const existing = world.state.variables.find(
        variable => variable.project === project && variable.branch === branch && variable.name === name,
      );
      if (existing) {
        existing.value = value;
        if (!existing.history.includes(value)) existing.history.push(value);
        existing.updatedOn = now;
      } else {
        world.state.variables.push({
          project,
          branch,
          name,
          isSecret: false,
          value,
          history: [value],
          createdOn: now,
          updatedOn: now,
        });
      }
      onChange();
    },
    deleteDeployment(name) {
      const deployment = world.state.deployments.find(candidate => candidate.name === name);
      if (!deployment) throw new Error(`there is no deployment ${name}`);
      world.state.deployments.splice(world.state.deployments.indexOf(deployment), 1);
      world.remove(deployment);
      onChange();
    },
  };
}
