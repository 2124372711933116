import type { Program } from "../program/program";
import type { BranchVariable } from "./branchVariable";

/** The variables of a project that the program is yet to take away from a certificate, or may be. */
export function awaitedVariables(program: Program, project: string, certificate: string): BranchVariable[] {
  return program.variables
    .setIn(project)
    .filter(variable => !hasGivenUp(program, project, variable, certificate));
}

/**
 * Whether a variable that the program sets is known to name a certificate no longer, in what its deployments were built
 * with, too. It may be that nobody can read it: then only what earlier runs have stored of it tells, and what this one has
 * done.
 *
 * @param written the value that this run has given it
 */
export function hasGivenUp(
  { variables, redeployments }: Program,
  project: string,
  variable: BranchVariable,
  certificate: string,
  written?: string,
): boolean {
  const value = written ?? variables.valueInState(project, variable);
  if (value === undefined || value === certificate) return false;
  // One that does not list the variable builds with it all the same.
  const isInTrouble = redeployments
    .of(project, { name: "", branchName: variable.branch })
    .some(({ roll }) => roll === "begun" || roll === "back" || roll === "failed");
  if (isInTrouble) return false;
  return redeployments
    .reading(project, variable)
    .every(({ roll, last }) => roll === "rolled" || (last !== undefined && last !== certificate));
}
