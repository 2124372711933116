import { type Identity, keyOf } from "../certificates/identity";
import { familyOf } from "../certificates/name";
import {
  type BranchVariable,
  type DeploymentPlace,
  isSameVariable,
  type VariableValue,
} from "../rotation/branchVariable";
import { mayBeSameProject } from "./place";
import type { SetEarlier } from "./variables";

/** What the state says that a deployment used before this run. */
export interface UsedBefore {
  certificates: readonly unknown[];
  variables: readonly VariableValue[];
  /** Names of certificates that it has let go and that its code may still name. */
  inCode?: readonly string[] | undefined;
  /** When the resource's own last build was made, ISO 8601. */
  deployedOn?: string | undefined;
}

/** What a deployment uses as the program of this run has it. */
export interface WantedRedeployment {
  branch?: string | undefined;
  deployment?: string | undefined;
  project?: string | undefined;
  certificates: readonly unknown[];
  variables: readonly VariableValue[];
  before: UsedBefore | undefined;
  /** What has become of it in this run; missing where nothing has been begun. */
  roll?: RollState | undefined;
  /** A roll of its deployment had been begun in this run before its state was known. */
  isLate?: boolean | undefined;
}

/** A roll of this run: under way, in service, put back to what was before, or failed without that. */
export type RollState = "begun" | "rolled" | "back" | "failed";

/** What a Redeployment had been told to use whose resource is deleted. */
export interface DepartedRedeployment {
  deployment: string;
  project: string | undefined;
  /** How long its redeploys may take, in milliseconds. */
  timeoutMs: number;
  certificates: readonly string[];
  variables: readonly VariableValue[];
}

/** The Redeployments of the program, and those that have left it in this run. */
export class ProgramRedeployments {
  private readonly wanted = new Map<string, WantedRedeployment>();
  private readonly departed: DepartedRedeployment[] = [];

  note(identity: Identity | undefined, wanted: WantedRedeployment): void {
    if (identity === undefined) return;
    const key = keyOf(identity);
    const { before, roll, isLate } = this.wanted.get(key) ?? {};
    this.wanted.set(key, { ...wanted, before: wanted.before ?? before, roll, isLate });
  }

  /** Remembers what has become of a Redeployment in this run. */
  noteRoll(identity: Identity | undefined, roll: RollState): void {
    const wanted = identity && this.wanted.get(keyOf(identity));
    if (wanted !== undefined) wanted.roll = roll;
  }

  /** Remembers what the state says that a deployment used before this run. */
  noteBefore(
    identity: Identity | undefined,
    before: UsedBefore,
    project: string,
    deployment: DeploymentPlace,
  ): void {
    const wanted = identity && this.wanted.get(keyOf(identity));
    if (wanted === undefined) return;
    wanted.isLate ??= this.of(project, deployment).some(({ roll }) => roll !== undefined);
    wanted.before = before;
  }

  /** Whether its deployment may have been redeployed in this run without a look at what it uses. */
  isLate(identity: Identity | undefined): boolean {
    return identity !== undefined && this.wanted.get(keyOf(identity))?.isLate === true;
  }

  /** Remembers certificates that a deployment lets go in this run and that its code may still name. */
  noteInCode(deployment: DeploymentPlace, project: string, names: readonly string[]): void {
    for (const wanted of this.of(project, deployment)) {
      const { certificates = [], variables = [], inCode = [], ...rest } = wanted.before ?? {};
      wanted.before = { ...rest, certificates, variables, inCode: [...inCode, ...names] };
    }
  }

  /** Whether a deployment of the project has used a certificate, and uses another one by the program of now. */
  hasMovedOff(project: string, certificate: string): boolean {
    return this.all().some(
      ({ project: home, certificates, before }) =>
        mayBeSameProject(home, project) &&
        certificates.length > 0 &&
        !certificates.includes(certificate) &&
        before?.certificates.includes(certificate) === true,
    );
  }

  /** The certificate that another one takes the place of at a deployment of the project, where that is certain. */
  predecessorOf(project: string, certificate: string): string | undefined {
    const family = familyOf(certificate);
    for (const { certificates, before } of this.using(project, [certificate])) {
      const isNew = (name: unknown) => before?.certificates.includes(name) !== true;
      if (!isNew(certificate)) continue;
      const left = (before?.certificates ?? []).filter(
        (name): name is string => typeof name === "string" && !certificates.includes(name),
      );
      const own = left.find(name => family !== undefined && familyOf(name) === family);
      const isAlone = left.length === 1 && certificates.filter(isNew).length === 1;
      const found = own ?? (isAlone ? left[0] : undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether this run has yet to roll a deployment from a certificate to another one, or is doing so now. */
  isYetToLeave(project: string, certificate: string): boolean {
    return this.all().some(
      ({ project: home, certificates, before, roll }) =>
        mayBeSameProject(home, project) &&
        isOpen(roll) &&
        !certificates.includes(certificate) &&
        before?.certificates.includes(certificate) === true,
    );
  }

  /** The deployment, or its branch, that this run has yet to roll to a variable's value; undefined where there is none. */
  yetToRollTo(project: string, variable: VariableValue): string | undefined {
    const wanted = this.all().find(
      ({ project: home, variables, before, roll }) =>
        mayBeSameProject(home, project) &&
        isOpen(roll) &&
        has(variables, variable) &&
        !has(before?.variables, variable),
    );
    return wanted && (wanted.deployment ?? wanted.branch ?? variable.branch);
  }

  /**
   * What has become of the deployments of the program that read a variable, now or before this run, and the value with
   * which a state says that they were last built.
   */
  reading(project: string, variable: BranchVariable): { roll?: RollState | undefined; last?: string }[] {
    const isIn = (listed: readonly VariableValue[] = []) => listed.find(one => isSameVariable(one, variable));
    return this.all().flatMap(({ project: home, variables, before, roll }) => {
      const last = isIn(before?.variables);
      if (!mayBeSameProject(home, project) || (last === undefined && isIn(variables) === undefined))
        return [];
      return [{ roll, ...(last === undefined ? {} : { last: last.value }) }];
    });
  }

  /** Whether this run has begun to roll a deployment to a variable's value, or to the certificate that it names. */
  isBegun(project: string, deployment: DeploymentPlace, variable: VariableValue): boolean {
    const isWanted = ({ variables, certificates }: WantedRedeployment) =>
      certificates.includes(variable.value) || variables.some(one => isSameVariable(one, variable));
    return this.of(project, deployment).some(wanted => wanted.roll !== undefined && isWanted(wanted));
  }

  /** Whether this run has rolled the own deployment of a branch to a variable's value. */
  hasRolled(project: string, variable: VariableValue): boolean {
    return this.of(project, { name: "", branchName: variable.branch }).some(
      ({ roll, variables }) => roll === "rolled" && has(variables, variable),
    );
  }

  has(identity: Identity | undefined): boolean {
    return identity !== undefined && this.wanted.has(keyOf(identity));
  }

  /** Remembers what a Redeployment used that is no longer in the program. */
  noteDeparted(redeployment: DepartedRedeployment): void {
    this.departed.push(redeployment);
  }

  /** How long a redeploy of a deployment may take whose Redeployment left the program in this run, in milliseconds. */
  timeoutOf(deployment: string): number | undefined {
    return this.departed.find(departed => departed.deployment === deployment)?.timeoutMs;
  }

  /** The Redeployments that left the program in this run and that used a certificate. */
  departedUsersOf(certificate: string): DepartedRedeployment[] {
    return this.departed.filter(({ certificates }) => certificates.includes(certificate));
  }

  /** Whether the state of the branch's own Redeployment says that it has rolled to this value of a variable. */
  isRolled(project: string, variable: VariableValue): boolean {
    return this.of(project, { name: "", branchName: variable.branch }).some(({ before }) =>
      has(before?.variables, variable),
    );
  }

  /**
   * Whether a state says that a deployment was last built with this value of a variable, its Redeployment being in the
   * program or not: a rollback goes back to that.
   */
  wasBuiltWith(project: string, variable: VariableValue): boolean {
    return this.states().some(
      ({ project: home, variables }) => mayBeSameProject(home, project) && has(variables, variable),
    );
  }

  /** Whether a state says that a deployment of this branch was last built with a variable of this value. */
  hasUsed(project: string, branch: string, value: string): boolean {
    return this.states().some(
      ({ project: home, variables = [] }) =>
        mayBeSameProject(home, project) &&
        variables.some(one => one.branch === branch && one.value === value),
    );
  }

  /**
   * The variables that are to have one of these values, and that their deployments were last built with another one, as
   * the state tells.
   */
  changedTo(project: string, values: readonly string[]): SetEarlier[] {
    return this.all().flatMap(({ project: home, variables, before }) =>
      variables.flatMap(now => {
        const last = before?.variables.find(one => isSameVariable(one, now))?.value;
        const isChanged = last !== undefined && last !== now.value && values.includes(now.value);
        return isChanged && mayBeSameProject(home, project)
          ? [{ now, last, deployedOn: before?.deployedOn }]
          : [];
      }),
    );
  }

  /** Whether a deployment of a project has named a certificate by a variable, as the state tells. */
  haveNamed(project: string, certificate: string): boolean {
    return this.states().some(
      ({ project: home, variables = [] }) =>
        mayBeSameProject(home, project) && variables.some(({ value }) => value === certificate),
    );
  }

  /** Whether a deployment of a project was last built with a certificate in service, as the state tells. */
  haveBoundBefore(project: string, certificate: string): boolean {
    return this.states().some(
      ({ project: home, certificates = [] }) =>
        mayBeSameProject(home, project) && certificates.includes(certificate),
    );
  }

  /** Whether a Redeployment of this deployment left the program in this run. */
  hasDeparted(deployment: string): boolean {
    return this.departed.some(departed => departed.deployment === deployment);
  }

  /** The redeployments of a project that are to use one of these certificates. */
  using(project: string, certificates: readonly string[]): WantedRedeployment[] {
    return this.all().filter(
      wanted =>
        mayBeSameProject(wanted.project, project) &&
        wanted.certificates.some(name => typeof name === "string" && certificates.includes(name)),
    );
  }

  /** The redeployments of a deployment, or of its branch. */
  of(project: string, { name, branchName }: DeploymentPlace) {
    return this.all().filter(
      wanted =>
        mayBeSameProject(wanted.project, project) &&
        (wanted.deployment === name || (wanted.branch !== undefined && wanted.branch === branchName)),
    );
  }

  /**
   * What the Redeployments of a deployment use that it was last built with, as their states tell, and that nobody has put
   * back in this run.
   */
  inForce(project: string, place: DeploymentPlace): { certificates: string[]; variables: VariableValue[] } {
    const staying = this.of(project, place).filter(({ roll }) => roll !== "back" && roll !== "failed");
    return {
      certificates: staying.flatMap(({ certificates, before }) =>
        certificates.filter(
          (name): name is string => typeof name === "string" && before?.certificates.includes(name) === true,
        ),
      ),
      variables: staying.flatMap(({ variables, before }) =>
        variables.filter(variable => has(before?.variables, variable)),
      ),
    };
  }

  /** The deployments of a project that the program redeploys, as it names them. */
  places(project: string): DeploymentPlace[] {
    return this.all()
      .filter(wanted => mayBeSameProject(wanted.project, project))
      .map(({ deployment, branch }) => ({ name: deployment ?? "", branchName: branch }));
  }

  /** Whether one of them is of a branch of the project. */
  haveBranch(project: string, branch: string): boolean {
    return this.all().some(wanted => mayBeSameProject(wanted.project, project) && wanted.branch === branch);
  }

  /** What states say that deployments were last built with, their Redeployments being in the program or not. */
  private states(): ({ project: string | undefined } & Partial<
    Pick<UsedBefore, "certificates" | "variables">
  >)[] {
    return [...this.all().map(({ project, before }) => ({ ...before, project })), ...this.departed];
  }

  private all(): WantedRedeployment[] {
    return [...this.wanted.values()];
  }
}

/** Whether this run has yet to roll it, or is doing so now. */
export function isOpen(roll: RollState | undefined): boolean {
  return roll === undefined || roll === "begun";
}

/** Whether a variable has this value among some. */
function has(variables: readonly VariableValue[] = [], variable: VariableValue): boolean {
  return variables.some(one => isSameVariable(one, variable) && one.value === variable.value);
}
