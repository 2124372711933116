import { Conflict } from "../../api/errors";
import { familyOf } from "../../certificates/name";
import type { ProjectSession } from "../../projectSession";
import { idOf, type VariableValue } from "../../rotation/branchVariable";
import { canBind } from "../../rotation/builds";
import { disarmLate } from "../../rotation/exposed";
import { isSameUpload } from "../../rotation/sameUpload";
import { orUndefined, valueIn } from "../../rotation/variables";
import type { Session } from "../../session";
import type { Problem } from "../../text/codes";
import { quote } from "../../text/redact";
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
import { changeValue, secrecyDiffers, upsert, written } from "./upsert";

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
      const problem = variableNameProblem(name);
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
      failures.push({ property: "name", reason: setTwice(context, inputs, other), code: "ZUPLO1101" });
    }
    const project = typeof inputs.project === "string" ? inputs.project : undefined;
    const isName = typeof name === "string" && variableNameProblem(name) === undefined;
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
    const last = isSecret ? undefined : await nameBefore(project, { branch, name, value });
    const memory = {
      isAccountGiven: isAccountGiven(session, args),
      ...(last === undefined ? {} : { last }),
    };
    return {
      id: idOf({ branch, name }),
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
    const memory = recall(memorySchema, olds, memoryKey);
    const isWrong = memory?.isUnsettled === true || (await isAssumedWrongly(session, olds, value));
    if (olds.value === value && !isWrong) {
      const { createdOn, updatedOn } = olds;
      return { ...stateWith(memory?.last), createdOn, updatedOn };
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
      return changeValue(project, branch, { name, value, isSecret });
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

  takenOver: ({ config, program }, state) =>
    program.variables.isSet(state.project ?? config.project ?? "", state)
      ? { variables: [{ branch: state.branch, name: state.name }] }
      : {},

  namedBefore: ({ program }, { branch, name, value }) =>
    program.certificates.isNameOfOne(value) ? [{ branch, name, value }] : [],

  import: importVariable,
};

const identifying = ["branch", "name"];

/** What a run that was cut short has set, this one may have to put back. */
function noteSetEarlier({ session }: Context, state: EnvironmentVariableState): void {
  const { account, project, branch, name, value } = state;
  const last = recall(memorySchema, state, memoryKey)?.last;
  const now = { account, project, branch, name, value };
  session.program.variables.noteSetEarlier({ now, last, at: state.updatedOn });
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
  return project.reportedValue(await orUndefined(project.variablesOf(branch)), { branch, name });
}

/** The certificate that a variable named which this run has taken over: the only one of its values that is no secret. */
async function nameBefore(
  project: ProjectSession,
  { branch, name, value }: VariableValue,
): Promise<string | undefined> {
  const last = project.ledger.valueBefore({ branch, name });
  if (last === undefined || last === value) return undefined;
  return (await isRotation(project, value, last)) ? last : undefined;
}

/** Whether the build of a branch may have taken on a certificate's name that its variable has. */
async function mayBeServed(project: ProjectSession, branch: string, value: string): Promise<boolean> {
  const deployment = await project.deploymentOf(branch);
  const certificate = await project.certificateNamed(value);
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

/** The value at Zuplo now; undefined where it is a secret, or is not told. */
async function observedValue(session: Session, state: EnvironmentVariableState): Promise<string | undefined> {
  if (state.isSecret === true) return undefined;
  const project = await session.project(state);
  const told = await project.variablesOf(state.branch);
  if (told === undefined) return undefined;
  // It is no secret, so Zuplo has nothing to hide, unless it masks whatever there is.
  const isOpen = project.variables.tellsValues(told, state.branch);
  return valueIn(told, state.name) ?? (isOpen ? told.doubtful.get(state.name) : undefined);
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

function setTwice({ identity }: Context, { branch, name }: RawInputs, other: string): string {
  const variable = `'${quote(String(name))}' of branch '${quote(String(branch))}'`;
  return identity?.within === other
    ? `would set ${variable} twice: the branch and its deployment are both in the stages. Remove one of them.`
    : `would set ${variable}, which '${quote(other)}' sets too, and the last one would win: remove one of them.`;
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

function variableNameProblem(name: string): Problem | undefined {
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
