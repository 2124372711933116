/** Why a certificate stays, in words. */
import type { DeploymentAnswer } from "../zuplo/answers";
import { quote } from "../zuplo/redact";
import type { Objection } from "./safety";

const maxNamed = 20;

export function describeObjections(objections: readonly Objection[]): string {
  return list(objections.map(describe));
}

export function describeHolders(holders: readonly DeploymentAnswer[]): string {
  const count = holders.length === 1 ? "1 deployment" : `${holders.length} deployments`;
  const each = holders.map(({ name, environmentType, branchName, isWorkingCopy }) => {
    const type = isWorkingCopy ? "working copy" : (environmentType ?? "unknown type");
    return `${quote(name)} (${type}, branch ${quote(branchName ?? "unknown")})`;
  });
  return `${count}: ${list(each)}`;
}

/** The branches as options of a command line. */
export function describeBranches(objections: readonly Objection[]): string {
  const branches = new Set(objections.map(({ branch }) => branch));
  return [...branches].map(branch => `--branch ${quote(branch)}`).join(" ");
}

function describe(objection: Objection): string {
  const branch = quote(objection.branch);
  switch (objection.kind) {
    case "named":
      return `the variable '${branch}/${quote(objection.variable)}' names it`;
    case "listed":
      return `a Redeployment of branch '${branch}' lists it`;
    case "unreadable":
      return `the variables of branch '${branch}' cannot all be read`;
    case "inCode":
      return `the code of branch '${branch}' may name it`;
    case "held":
      return `deployment '${quote(objection.deployment)}' was rolled back to it in this run`;
    case "wayBack":
      return `deployment '${quote(objection.deployment)}' may still be rolled back to it in this run`;
  }
}

function list(parts: readonly string[]): string {
  const more = parts.length > maxNamed ? `, and ${parts.length - maxNamed} more` : "";
  return parts.slice(0, maxNamed).join(", ") + more;
}
