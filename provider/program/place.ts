/** A variable of a branch, and the value it has or had. */
export interface VariableValue {
  branch: string;
  name: string;
  value: string;
}

/** A variable, whatever its value; one that names no account or project is of any. */
export type VariablePlace = Omit<VariableValue, "value"> & {
  account?: string | undefined;
  project?: string | undefined;
};

/** A deployment, of which the branch may be known. */
export interface DeploymentPlace {
  name: string;
  branchName?: string | undefined;
}

/** Whether two are the same variable, whatever their values. */
export function isSameVariable(
  one: Omit<VariableValue, "value">,
  other: Omit<VariableValue, "value">,
): boolean {
  return one.branch === other.branch && one.name === other.name;
}

/** Whether a variable is that one of a project; one that names no project is of any. */
export function isAt(variable: VariablePlace, project: string, place: Omit<VariableValue, "value">): boolean {
  return isSameVariable(variable, place) && isSameProject(variable.project, project);
}

/** Whether two are of one project; one that is not known may be any. */
export function isSameProject(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
