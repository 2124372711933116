import { Conflict, Invalid, NotFound, wasLost } from "../../api/errors";
import type { VariableResponse } from "../../api/responses";
import { familyOf } from "../../certificates/name";
import type { ProjectSession } from "../../projectSession";
import { canBind } from "../../rotation/builds";
import { disarmLate } from "../../rotation/exposed";
import type { VariableValue } from "../../rotation/place";
import { isSameUpload } from "../../rotation/sameUpload";
import { orUndefined, valueIn } from "../../rotation/variables";
import type { Logger, Session } from "../../session";
import { type Coded, coded, type Problem } from "../../text/codes";
import { quote } from "../../text/redact";
import { say } from "../../text/vocabulary";
import { isAssumed, memoryKey, recall } from "../hidden";
import { changesOf, isAccountGiven, placed } from "../place";
import {
  type Context,
  changedKeys,
  configurationFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
  type Resource,
} from "../resource";
import {
  environmentVariableContract as contract,
  type EnvironmentVariableArgs,
  type EnvironmentVariableState,
  memorySchema,
} from "./contract";
import { deleteVariable } from "./delete";
import { importVariable } from "./import";
import { Naming } from "./naming";

/** A variable of one branch of a Zuplo project. */
export const environmentVariable: Resource<EnvironmentVariableArgs, EnvironmentVariableState> = {
  contract,

  check(context, olds, news) {
    const failures = [
      ...failuresOf(contract.inputs, news),
      ...configurationFailures(context, contract, news),
    ];
    const { name } = news;
    if (typeof name === "string") {
      const problem = nameProblem(name);
      if (problem !== undefined) failures.push({ property: "name", ...problem });
    }
    const isSameVariable = olds !== undefined && changedKeys(identifying, olds, news).length === 0;
    if (isSameVariable && (olds.isSecret ?? false) !== (news.isSecret ?? false)) {
      const reason =
        "cannot be changed at Zuplo: create a variable with another name, and use that one in the gateway.";
      failures.push({ property: "isSecret", reason, code: "ZUPLO1313" });
    }
    if (news.isSecret === true && news.valueOnDelete !== undefined) {
      const reason =
        "cannot be combined with a secret: nobody can tell whether it still has the value that it got here. Remove it.";
      failures.push({ property: "valueOnDelete", reason, code: "ZUPLO1109" });
    }
    const inputs = placed(context, contract, news);
    const other = claim(context, inputs);
    if (other !== undefined) {
      const reason = `is set by '${quote(other)}' too, and the last one would win: remove one of them.`;
      failures.push({ property: "name", reason, code: "ZUPLO1101" });
    }
    const project = typeof inputs.project === "string" ? inputs.project : undefined;
    const isName = typeof name === "string" && nameProblem(name) === undefined;
    if (isName && context.session.program.certificates.has(project, name)) {
      const reason = `'${quote(name)}' is also the name of a certificate in this program, and Zuplo looks both up in one place: give one of them another name.`;
      failures.push({ property: "name", reason, code: "ZUPLO1105" });
    }
    return { inputs, failures };
  },

  diff(context, olds, news) {
    noteSetEarlier(context, olds);
    return changesOf(context, contract, olds, news);
  },

  async create(context, args) {
    const { session } = context;
    const { branch, name, value, isSecret = false, adopt = true } = args;
    requireUnclaimed(context, args);
    const project = await session.project(args);
    const answer = await project.preparing.during(async () => {
      await new Naming(project).requireUsable({ branch, name, value });
      // What this run has only just let go is no one else's.
      const isOwn = session.program.variables.isMadeAgain(project.scope.project, { branch, name });
      return upsert(project, branch, { name, value, isSecret }, adopt || isOwn, session.log);
    });
    await project.noteVariable({ branch, name, value }, answer.updatedOn);
    await disarmLate(project, { branch, name, value });
    // Only now: what is set is set, whatever becomes of its resource.
    if (answer.isSecret !== undefined && answer.isSecret !== isSecret)
      throw secrecyDiffers(branch, name, answer.isSecret, written);
    const { createdOn, updatedOn } = answer;
    const memory = { isAccountGiven: isAccountGiven(session, args) };
    return {
      id: `${branch}/${name}`,
      state: { ...args, ...project.scope, createdOn, updatedOn, [memoryKey]: memory },
    };
  },

  /** What somebody has set by hand is seen where Zuplo tells it. Elsewhere nothing is known, and the state stands. */
  async read({ session }, id, state) {
    const isPlaced = state.account !== undefined && state.project !== undefined;
    // A state of an older version does not say where the variable lives.
    const { account, project } = isPlaced ? state : (await session.project(state)).scope;
    const value = (await orUndefined(observedValue(session, state))) ?? state.value;
    return { id, state: { ...state, account, project, value } };
  },

  async update(context, _id, olds, news) {
    const { session } = context;
    const { branch, name, value, isSecret = false } = news;
    const isGiven = isAccountGiven(session, news);
    const place = { account: olds.account ?? news.account, project: olds.project ?? news.project };
    const stateWith = (last: string | undefined) => ({
      ...news,
      ...place,
      [memoryKey]: { isAccountGiven: isGiven, ...(last === undefined ? {} : { last }) },
    });
    const isWrong = await isAssumedWrongly(session, olds, value);
    if (olds.value === value && !isWrong) {
      const { createdOn, updatedOn } = olds;
      return { ...stateWith(recall(memorySchema, olds, memoryKey)?.last), createdOn, updatedOn };
    }
    requireUnclaimed(context, news);
    const project = await session.projectOf(place, isGiven);
    let last = olds.value === value ? undefined : olds.value;
    const answer = await project.preparing.during(async () => {
      await new Naming(project).requireUsable({ branch, name, value }, olds.value);
      const told = await toldValue(project, { branch, name, value });
      if (told === undefined && isWrong)
        session.program.variables.notePutRight(project.scope.project, { branch, name, value });
      if (told !== undefined && !(await isSameUpload(project, told, value))) {
        last = told;
        if (await mayBeServed(project, branch, told))
          session.program.variables.notePutRight(project.scope.project, { branch, name, value });
      }
      return change(project, branch, { name, value, isSecret });
    });
    await project.noteVariable({ branch, name, value }, answer.updatedOn, last);
    await disarmLate(project, { branch, name, value });
    const { createdOn = olds.createdOn, updatedOn } = answer;
    // Any other value may be a secret, whatever the program says of the new one.
    const isName = !isSecret && last !== undefined && (await isRotation(project, value, last));
    return { ...stateWith(isName ? last : undefined), ...project.scope, createdOn, updatedOn };
  },

  delete(context, _id, state) {
    const isGiven = recall(memorySchema, state, memoryKey)?.isAccountGiven === true;
    return deleteVariable(context, state, isGiven);
  },

  isTakenOver: ({ config, program }, state) =>
    program.variables.isSet(state.project ?? config.project ?? "", state),

  import: importVariable,
};

const identifying = ["branch", "name"];

/** What a run that was cut short has set, this one may have to put back. */
function noteSetEarlier({ session }: Context, state: EnvironmentVariableState): void {
  const { account, project, branch, name, value } = state;
  const last = recall(memorySchema, state, memoryKey)?.last;
  session.program.variables.noteSetEarlier({ account, project, branch, name, value }, last);
}

/**
 * What a variable has that is about to name a certificate, where Zuplo tells it: a rollback goes back to that. An earlier
 * one may have put back another value than the state has, and a run that was cut short may have set the new one already,
 * under the same name or another one.
 */
async function toldValue(
  project: ProjectSession,
  { branch, name, value }: VariableValue,
): Promise<string | undefined> {
  if (!project.run.program.certificates.isNameOfOne(value)) return undefined;
  return project.valueTold(await orUndefined(project.variablesOf(branch)), { branch, name });
}

/** Whether the build of a branch may have taken on a certificate's name that its variable has. */
async function mayBeServed(project: ProjectSession, branch: string, value: string): Promise<boolean> {
  const deployment = await project.deploymentOf(branch);
  const certificate = (await project.certificates.list()).find(({ name }) => name === value);
  return deployment !== undefined && (certificate === undefined || canBind(deployment, certificate));
}

/** Whether two values are names of certificates of the project, of which the second one may be gone, or hidden. */
async function isRotation(project: ProjectSession, value: string, last: string): Promise<boolean> {
  if (!project.run.program.certificates.isNameOfOne(value)) return false;
  const family = familyOf(value);
  const certificates = await project.certificates.list();
  const isListed = (wanted: string) => certificates.some(({ name }) => name === wanted);
  return isListed(value) && ((family !== undefined && familyOf(last) === family) || isListed(last));
}

/** Gives a variable that is there another value; one that is not there any more is created again. */
async function change(
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

/** The value at Zuplo now; undefined where it is a secret, or is not told. */
async function observedValue(session: Session, state: EnvironmentVariableState): Promise<string | undefined> {
  if (state.isSecret === true) return undefined;
  const project = await session.project(state);
  return valueIn(await project.variablesOf(state.branch), state.name);
}

/** Whether an import has assumed a value that Zuplo cannot have: it tells another one, or the certificate is of this run. */
async function isAssumedWrongly(
  session: Session,
  state: EnvironmentVariableState,
  value: string,
): Promise<boolean> {
  if (!isAssumed(state)) return false;
  const observed = await orUndefined(observedValue(session, state));
  if (observed !== undefined) return observed !== value;
  const { certificates } = await session.project(state);
  return certificates.made().some(({ name }) => name === value);
}

/** Notes that a resource sets a variable. @returns another one of the program that sets it, too. */
function claim(
  { session, identity }: Context,
  { account, project, branch, name, value, isSecret = false }: RawInputs,
): string | undefined {
  if (typeof branch !== "string" || typeof name !== "string") return undefined;
  return session.program.variables.note(identity, {
    account: typeof account === "string" ? account : undefined,
    project: typeof project === "string" ? project : undefined,
    branch,
    name,
    value: isUnknown(value) ? undefined : value,
    isSecret: isSecret !== false,
  });
}

/** Where branch and name were not known when it was checked, two resources of the same variable meet here. */
function requireUnclaimed(context: Context, args: EnvironmentVariableArgs): void {
  const other = claim(context, args);
  if (other === undefined) return;
  throw new Conflict({
    operation: { verb: "set", resource: "EnvironmentVariable", name: `${args.branch}/${args.name}` },
    problem: `resource '${quote(other)}' of this program sets the same variable`,
    advice: "Remove one of them.",
    code: "ZUPLO1301",
  });
}

/** The API has no delete, so a variable that exists must not stand in the way of a create. */
async function upsert(
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
    if (mayExist) await keepValueBefore(project, branch, variable.name);
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
    ...(cause.status === undefined ? {} : { status: cause.status }),
  });
}

/** What a variable was before it is taken over: a rollback needs it, and nobody else remembers it. */
async function keepValueBefore(project: ProjectSession, branch: string, name: string): Promise<void> {
  const value = project.valueTold(await project.variablesOf(branch), { branch, name });
  if (value !== undefined) project.ledger.noteValueBefore({ branch, name, value });
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
  if (isSecret && told.values.has(name)) throw secrecyDiffers(branch, name, false, unchanged);
  // Where it tells no value at all, but for what this run has written, a mask says nothing.
  const tellsValues = [...told.values.keys()].some(
    known => project.variables.writtenBy({ branch, name: known }) === undefined,
  );
  if (!isSecret && tellsValues && told.secret.includes(name))
    throw secrecyDiffers(branch, name, true, unchanged);
}

function takenOver(branch: string, name: string): Coded {
  return coded("ZUPLO1302", `EnvironmentVariable '${branch}/${name}' already existed and is taken over.`);
}

function nameProblem(name: string): Problem | undefined {
  const code = "ZUPLO1110";
  const [reserved] = /^(ZUPLO_|ZUDOKU_)(?!PUBLIC_.)|^__ZUPLO/i.exec(name) ?? [];
  if (reserved !== undefined) {
    const reason = `'${quote(name)}' starts with ${reserved.toUpperCase()}, which Zuplo keeps for itself: choose another name.`;
    return { code, reason };
  }
  if (/^[A-Z_][A-Z0-9_]*$/.test(name)) return undefined;
  return { code, reason: `'${quote(name)}' is not SCREAMING_SNAKE_CASE: use '${quote(screaming(name))}'.` };
}

function screaming(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9_]+/g, "_");
  return (/^[0-9]/.test(words) ? `_${words}` : words || "_").toUpperCase();
}

function exists(branch: string, name: string, cause: Conflict | Invalid): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `not created: ${cause.problem}`,
    advice: "If the variable exists, import it, or remove `adopt: false` so that it is taken over.",
    code: "ZUPLO1314",
    ...(cause.status === undefined ? {} : { status: cause.status }),
  });
}

const unchanged = "Nothing was changed";
const written = "Zuplo told so only once the new value was written: the last one is lost";

function secrecyDiffers(branch: string, name: string, isSecret: boolean, outcome: string): Conflict {
  return new Conflict({
    operation: { verb: "create", resource: "EnvironmentVariable", name: `${branch}/${name}` },
    problem: `the variable exists with isSecret ${isSecret}, which Zuplo cannot change`,
    outcome,
    advice: `Set isSecret to ${isSecret}, or choose another name.`,
    code: "ZUPLO1313",
  });
}
