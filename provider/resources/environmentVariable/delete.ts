import { isSameFamily } from "../../certificates/name";
import type { ProjectSession } from "../../projectSession";
import type { VariableValue } from "../../rotation/branchVariable";
import { typeOf } from "../../rotation/builds";
import { orUndefined } from "../../rotation/variables";
import { coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { isMadeAgain, isReplacedBefore, takenOverIn } from "../hidden";
import type { Context } from "../resource";
import type { EnvironmentVariableState } from "./contract";
import { handOver } from "./handOver";

/** A variable leaves the state. Zuplo's API cannot delete it: it keeps its value, or gets the one of `valueOnDelete`. */
export async function deleteVariable(
  { session, identity }: Context,
  state: EnvironmentVariableState,
  isAccountGiven: boolean,
): Promise<void> {
  const { branch, name, value, project: home, valueOnDelete } = state;
  const { variables } = session.program;
  const place = home ?? session.config.project ?? "";
  if (isMadeAgain(state, ["account", "project", "branch", "name"])) {
    variables.noteMadeAgain(place, state);
    const text = `EnvironmentVariable '${branch}/${name}' keeps its value until it is set again.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  if (variables.isSet(place, state) && !variables.isSet(place, state, identity)) {
    const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo as it is: its resource still sets it.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  const isTakenOver = takenOverIn(state).variables.length > 0;
  if (isReplacedBefore(state) || isTakenOver) {
    const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo as it is: another resource has taken its place.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  // What it named until now tells the certificate's own removal who used it.
  variables.noteLeft({ branch, name, value, project: home });
  if (variables.isSet(place, state, identity)) {
    await handOver(await session.projectOf(state, isAccountGiven), state);
    const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo as it is: another resource of the program sets it.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  if (valueOnDelete === undefined) {
    const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo with its last value: the API cannot delete a variable.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  const project = await session.projectOf(state, isAccountGiven);
  const problem = await setLast(project, state, valueOnDelete);
  if (problem === undefined) {
    const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo with the value of valueOnDelete: the API cannot delete a variable.`;
    session.log.info(coded("ZUPLO1310", text));
    return;
  }
  const text = `EnvironmentVariable '${branch}/${name}' is left at Zuplo as it is, without the value of valueOnDelete: ${problem}.`;
  session.log.warn(coded("ZUPLO1307", text));
}

/**
 * Sets a variable to its last value, where it still is what this resource made of it. @returns why it was not set:
 * where nobody can look, it may have become somebody else's.
 */
async function setLast(
  project: ProjectSession,
  { branch, name, value: known }: EnvironmentVariableState,
  value: string,
): Promise<string | undefined> {
  const own = await project.deploymentOf(branch);
  const told = own && (await orUndefined(project.variables.of(own)));
  const current = told?.values.get(name);
  // A run that was killed has set it.
  const isSet = current === value || (value === "" && told?.empty.includes(name) === true);
  if (isSet) return undefined;
  if (current === undefined) return "its value cannot be read";
  if (current !== known && !isPutBack(project, { branch, name, value: current }, known))
    return "somebody has given it another value";
  const problem = await certificateProblem(project, branch, value);
  if (problem !== undefined) return problem;
  const { client, scope } = project;
  // It was there a moment ago: a 404 is told to a key that may not change it, and is no success.
  await client.updateVariable(scope, branch, { name, value, isSecret: false });
  await project.variables.note({ branch, name, value });
  return undefined;
}

/**
 * Whether a rollback has given a variable its value: that with which its deployment was last built, or, where the variable
 * was new then, the name of the certificate that the branch used by another one.
 */
function isPutBack({ run, scope }: ProjectSession, variable: VariableValue, known: string): boolean {
  const { redeployments } = run.program;
  if (redeployments.wasBuiltWith(scope.project, variable)) return true;
  return (
    isSameFamily(known, variable.value) &&
    redeployments.hasUsed(scope.project, variable.branch, variable.value)
  );
}

/** A value that names a certificate which its branch cannot use would break the branch's next deploy. */
async function certificateProblem(
  project: ProjectSession,
  branch: string,
  value: string,
): Promise<string | undefined> {
  if (value === "") return undefined;
  const own = await project.deploymentOf(branch);
  const named = await project.certificateNamed(value);
  if (named === undefined) {
    const isName = project.run.program.certificates.isNameOfOne(value);
    return isName ? `there is no certificate '${quote(value)}'` : undefined;
  }
  const type = own && typeOf(own);
  if (type !== undefined && named.environments[type]) return undefined;
  return `certificate '${quote(value)}' is not enabled for ${type}`;
}
