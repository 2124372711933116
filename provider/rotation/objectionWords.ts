/** Why a certificate stays, in words. */

import type { DeploymentResponse } from "../api/responses";
import { quote } from "../text/redact";
import { shellWord } from "../text/shellWord";
import type { Objection } from "./objections";

const maxNamed = 20;

export function describeObjections(objections: readonly Objection[]): string {
  return list(objections.map(describe));
}

export function describeHolders(holders: readonly DeploymentResponse[]): string {
  const count = holders.length === 1 ? "1 deployment" : `${holders.length} deployments`;
  const each = holders.map(holder => {
    const { name, environmentType = "unknown type", branchName, isWorkingCopy } = holder;
    const type = isWorkingCopy ? workingCopy(holder) : environmentType;
    return `${quote(name)} (${type}, branch ${quote(branchName ?? "unknown")})`;
  });
  return `${count}: ${list(each)}`;
}

/** Whose copy it is, as far as Zuplo tells: a label that only repeats the name or the branch tells nothing. */
function workingCopy({ name, branchName, label }: DeploymentResponse): string {
  if (label === undefined || label === "" || label === name || label === branchName) return "working copy";
  return `working copy '${quote(label)}'`;
}

/** How working copies let a certificate go, as a sentence; empty where there are none among those that hold it. */
export function describeCopies(holders: readonly DeploymentResponse[]): string {
  if (!holders.some(({ isWorkingCopy }) => isWorkingCopy)) return "";
  return "A working copy releases the certificate when its owner saves the copy again in Zuplo's editor, or deletes the copy.";
}

/** Under which code a user finds why a certificate stays enabled: somebody needs it, or nobody can look. */
export function codeOfObjections(objections: readonly Objection[]): "ZUPLO1201" | "ZUPLO1202" {
  const isKnown = objections.some(({ kind }) => !["unreadable", "unseen"].includes(kind));
  return isKnown ? "ZUPLO1201" : "ZUPLO1202";
}

/** The branches of objections as options of a command line. */
export function describeBranches(objections: readonly Objection[]): string {
  return branchOptions(objections.map(({ branch }) => branch));
}

/** Branches as options of a command line, each of them once. */
export function branchOptions(branches: readonly string[]): string {
  return [...new Set(branches)].map(branch => `--branch ${shellWord(quote(branch))}`).join(" ");
}

function describe(objection: Objection): string {
  const branch = quote(objection.branch);
  switch (objection.kind) {
    case "named":
      return `the variable '${branch}/${quote(objection.variable)}' names it`;
    case "awaited":
      return `the variable '${branch}/${quote(objection.variable)}', which cannot be read, may name it until it has its new value`;
    case "listed":
      return `a Redeployment of branch '${branch}' lists it`;
    case "unreadable":
      return unreadable(branch, objection.variables);
    case "inCode":
      return `the code of branch '${branch}' may name it`;
    case "held":
      return `deployment '${quote(objection.deployment)}' was rolled back to it in this run`;
    case "unseen":
      return `no deployment of ${objection.type} is visible, and one that this API key cannot see may need it`;
    case "wayBack":
      return `'${quote(objection.deployment)}' may still be rolled back to it in this run`;
  }
}

function unreadable(branch: string, variables: readonly string[] = []): string {
  if (variables.length === 0) return `the variables of branch '${branch}' cannot be read`;
  return `the variables of branch '${branch}' cannot all be read (${list(variables.map(name => quote(name)))})`;
}

function list(parts: readonly string[]): string {
  const more = parts.length > maxNamed ? `, and ${parts.length - maxNamed} more` : "";
  return parts.slice(0, maxNamed).join(", ") + more;
}
