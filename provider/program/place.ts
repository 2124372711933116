import { type BranchVariable, isSameVariable } from "../rotation/branchVariable";

/** A variable, whatever its value; one that names no account or project is of any. */
export interface VariablePlace extends BranchVariable {
  account?: string | undefined;
  project?: string | undefined;
}

/** Whether a variable is that one of a project; one that names no project is of any. */
export function isAt(variable: VariablePlace, project: string, place: BranchVariable): boolean {
  return isSameVariable(variable, place) && mayBeSameProject(variable.project, project);
}

/** Whether two are of one project; one that is not known may be any. */
export function mayBeSameProject(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

/** The same of two accounts. */
export const mayBeSameAccount = mayBeSameProject;
