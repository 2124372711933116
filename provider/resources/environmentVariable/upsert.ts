import { Conflict, Invalid, NotFound, wasLost } from "../../api/errors";
import type { VariableResponse } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import type { Logger } from "../../session";
import { type Coded, coded } from "../../text/codes";
import { quote } from "../../text/redact";
import { say } from "../../text/vocabulary";

/** The API has no delete, so a variable that exists must not stand in the way of a create. */
export async function upsert(
  project: ProjectSession,
  branch: string,
  variable: { name: string; value: string; isSecret: boolean },
  adopt: boolean,
  log: Logger,
): Promise<VariableResponse> {
  const { client, scope } = project;
  let refusal: unknown;
  try {
    return await client.createVariable(scope, branch, variable);
  } catch (error) {
    refusal = error;
  }
  const isLost = wasLost(refusal);
  // A duplicate is answered with 409 or 400; what else a 400 means, the update is told as well.
  const mayExist = refusal instanceof Conflict || refusal instanceof Invalid;
  if (mayExist && !adopt) throw exists(branch, variable.name, refusal as Conflict | Invalid);
  if (!mayExist && !(isLost && adopt)) throw refusal;
  try {
    await requireSameSecrecy(project, branch, variable);
    await keepValueBefore(project, branch, variable, isLost);
    const answer = await client.updateVariable(scope, branch, variable);
    if (mayExist) log.info(takenOver(branch, variable.name));
    return answer;
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    // It does not exist after all: the lost create was never applied, or the refusal had another reason.
    if (isLost) return client.createVariable(scope, branch, variable);
    if (await isSpanning(project, branch, variable.name, refusal))
      throw spans(branch, variable.name, refusal as Conflict | Invalid);
    throw refusal;
  }
}

/**
 * A variable that was made in the portal can belong to several environments: one for this branch alone is refused beside
 * it, and there is none of this branch to update. The refusal says so, or the variables of the branch do.
 */
async function isSpanning(
  project: ProjectSession,
  branch: string,
  name: string,
  refusal: unknown,
): Promise<boolean> {
  if (!(refusal instanceof Conflict || refusal instanceof Invalid)) return false;
  if (/overlap|another environment|(all|several|multiple|other) (environments|branches)/i.test(refusal.said))
    return true;
  const told = await project.variablesOf(branch);
  return told?.values.has(name) === true || told?.masked.includes(name) === true;
}

function spans(branch: string, name: string, cause: Conflict | Invalid): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `a variable of this name belongs to several environments, that of this branch among them: ${cause.problem}`,
    advice: `Open the project's environment variables in the Zuplo portal, take branch '${quote(branch)}' out of the environments of ${quote(name)}, and run ${say.apply} again: it then makes one for this branch alone.`,
    code: "ZUPLO1306",
    status: cause.status,
  });
}

/** What a variable was before it is taken over: a rollback needs it, and nobody else remembers it. */
async function keepValueBefore(
  project: ProjectSession,
  branch: string,
  { name, value }: { name: string; value: string },
  isLost: boolean,
): Promise<void> {
  const told = project.reportedValue(await project.variablesOf(branch), { branch, name });
  // A create that was lost may have set it.
  if (told === undefined || (isLost && told === value)) return;
  project.ledger.noteValueBefore({ branch, name, value: told });
}

/**
 * The value of a secret that is written over is lost for good, and a secret that is written over what everybody reads
 * would be read by everybody. One without a value may be either.
 */
async function requireSameSecrecy(
  project: ProjectSession,
  branch: string,
  { name, isSecret }: { name: string; isSecret: boolean },
): Promise<void> {
  const told = await project.variablesOf(branch);
  if (told === undefined) return;
  // What a Redeployment of this run has set before says nothing.
  const isTold = told.values.has(name) && project.variables.writtenValueOf({ branch, name }) === undefined;
  if (isSecret && isTold) throw secrecyDiffers(branch, name, false, unchanged);
  if (!isSecret && project.variables.tellsValues(told, branch) && told.secret.includes(name))
    throw secrecyDiffers(branch, name, true, unchanged);
}

function takenOver(branch: string, name: string): Coded {
  return coded("ZUPLO1302", `EnvironmentVariable '${branch}/${name}' already existed and is taken over.`);
}

function exists(branch: string, name: string, cause: Conflict | Invalid): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `not created: ${cause.problem}`,
    advice: "If the variable exists, import it, or remove `adopt: false` so that it is taken over.",
    code: "ZUPLO1314",
    status: cause.status,
  });
}

const unchanged = "Nothing was changed";
/** The outcome where only the answer to the write has told. */
export const written = "Zuplo told so only once the new value was written: the previous one is lost";

const ofBinding = " An MtlsBinding needs another `variable`: those that it sets are no secrets.";

export function secrecyDiffers(branch: string, name: string, isSecret: boolean, outcome: string): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `the variable exists with isSecret ${isSecret}, which Zuplo cannot change`,
    outcome,
    advice: `Set isSecret to ${isSecret}, or choose another name.${isSecret ? ofBinding : ""}`,
    code: "ZUPLO1313",
  });
}

/** Gives a variable that is there another value; one that is not there any more is created again. */
export async function changeValue(
  { client, scope, run }: ProjectSession,
  branch: string,
  variable: { name: string; value: string; isSecret: boolean },
): Promise<VariableResponse> {
  try {
    return await client.updateVariable(scope, branch, variable);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const created = await client.createVariable(scope, branch, variable);
    // Only now: a key that may not change it is told 404, too.
    const text = `EnvironmentVariable '${branch}/${variable.name}' was deleted outside the program and is created again.`;
    run.log.info(coded("ZUPLO1311", text));
    return created;
  }
}
