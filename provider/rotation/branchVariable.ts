/** A variable of a branch. */
export interface BranchVariable {
  branch: string;
  name: string;
}

/** A variable, and the value that it has or had. */
export interface VariableValue extends BranchVariable {
  value: string;
}

/** A deployment, of which the branch may be known. */
export interface DeploymentPlace {
  name: string;
  branchName?: string | undefined;
}

/** Whether two are the same variable, whatever their values. */
export function isSameVariable(one: BranchVariable, other: BranchVariable): boolean {
  return one.branch === other.branch && one.name === other.name;
}

/** The id of the resource that sets it. */
export function idOf({ branch, name }: BranchVariable): string {
  return `${branch}/${name}`;
}

/** What a variable is known by in a map. */
export function keyOf({ branch, name }: BranchVariable): string {
  return JSON.stringify([branch, name]);
}
