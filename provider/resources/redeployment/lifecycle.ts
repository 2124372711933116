import { isDeepStrictEqual } from "node:util";
import { unlessNotFound } from "../../api/errors";
import type { EnvironmentType } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import type { BranchVariable, VariableValue } from "../../rotation/branchVariable";
import { defaultTimeoutMs } from "../../rotation/build";
import { typesIn } from "../../rotation/environments";
import { requireDeploymentGone } from "../../rotation/gone";
import { halfWay } from "../../rotation/halfWay";
import { RollFailed } from "../../rotation/rollFailed";
import { sweepProgram } from "../../rotation/sweep";
import { findTarget, type Target } from "../../rotation/target";
import type { Session } from "../../session";
import { coded } from "../../text/codes";
import { millisecondsOr } from "../../text/duration";
import { enumerated } from "../../text/enumerated";
import { quote } from "../../text/redact";
import { movedOutputs } from "../contract";
import { isReplacedBefore, memoryKey, recall } from "../hidden";
import { PartialFailure } from "../partialFailure";
import { changesOf, isAccountGiven, placed } from "../place";
import {
  type Context,
  choiceFailures,
  configurationFailures,
  failuresOf,
  isUnknown,
  type RawInputs,
  type Resource,
} from "../resource";
import { textOf } from "../textOf";
import {
  redeploymentContract as contract,
  type RedeploymentArgs,
  type RedeploymentState,
  variableSchema,
} from "./contract";
import { importRedeployment, matchRedeployment } from "./import";
import { letGo, warnOfLetGo } from "./letGo";
import {
  type Drifted,
  lostCertificates,
  memorySchema,
  type RedeploymentMemory,
  rememberDrift,
  rememberedBuild,
  rememberOurs,
} from "./memory";
import { stepsOf } from "./steps";
import { undoRollback } from "./undoRollback";
import { verificationOf, verifyFailures } from "./verify";

const redeploying = ["certificates", "variables", "triggers"] as const;

/** One redeploy of one deployment whenever its certificates, variables or triggers change. */
export const redeployment: Resource<RedeploymentArgs, RedeploymentState> = {
  contract,

  check(context, _olds, news) {
    context.session.program.redeployments.note(context.identity, {
      ...usesOf(news),
      branch: textOf(news.branch),
      deployment: textOf(news.deployment),
      project: textOf(news.project) ?? context.session.config.project,
      before: undefined,
    });
    const failures = [
      ...failuresOf(contract.inputs, news),
      ...configurationFailures(context, contract, news),
    ];
    failures.push(...choiceFailures(contract, news));
    const isKnown = !isUnknown(news.certificates) && !isUnknown(news.variables);
    failures.push(...verifyFailures(news.verify, isKnown ? textsOf(usesOf(news)) : undefined));
    if (news.rollback === true && news.verify === undefined) {
      failures.push({
        property: "rollback",
        reason: "needs `verify`, which tells whether the new build works.",
        code: "ZUPLO1109",
      });
    }
    return { inputs: placed(context, contract, news), failures };
  },

  diff(context, olds, news) {
    const memory = recall(memorySchema, olds, memoryKey);
    const { inCode } = memory ?? {};
    const { deployedOn } = memory?.build ?? {};
    const before = { ...usesOf(olds as RawInputs), inCode, deployedOn };
    const { redeployments } = context.session.program;
    const place = { name: olds.deployment, branchName: textOf(news.branch) ?? "" };
    redeployments.noteBefore(context.identity, before, projectOf(context.session, olds, news), place);
    noteBuild(context.session, olds.deployment, olds);
    const changes = changesOf(context, contract, olds, news);
    // It lists what the program no longer enables for its type, and the update says so; or what it was built without.
    if (isLacking(context.session, olds, news)) changes.certificates ??= "update";
    // A refresh makes the engine forget that an update has failed.
    if (memory?.isUnsettled === true) changes.certificates ??= "update";
    if (hasDrifted(context.session, memory, olds, news)) changes.variables ??= "update";
    // Whether the roll of another resource has taken something on, the update looks.
    if (isLate(context)) changes.variables ??= "update";
    return changes;
  },

  previewMessage(_context, olds, news, changes) {
    const isRedeployed = olds?.deployedOn === undefined || movedOutputs(contract, changes).length > 0;
    if (!isRedeployed) return undefined;
    const deployment = textOf(olds?.deployment) ?? textOf(news.deployment);
    const which =
      deployment === undefined ? `of branch '${quote(textOf(news.branch) ?? "")}'` : `'${quote(deployment)}'`;
    return coded("ZUPLO1414", `Redeployment ${which} will ${enumerated(stepsOf(olds, news))}.`);
  },

  planFailures({ session }, olds, news, changes) {
    const { program } = session;
    // Another deployment may be of another type.
    if (olds === undefined || Object.values(changes).includes("replace")) return [];
    const { environmentType: type } = olds;
    const home = projectOf(session, olds, news);
    const lacking = textsOf(usesOf(news)).certificates.filter(name =>
      program.certificates.isWantedWithout(home, name, type),
    );
    return lacking.map(name => ({
      property: "certificates",
      reason: `lists '${quote(name)}', whose \`environments\` no longer include ${type}, the type of '${quote(olds.deployment)}': keep it there, or take the certificate out of \`certificates\` first.`,
      code: "ZUPLO1316",
    }));
  },

  untold: { isOpen: (olds, news) => letGo(olds, news).length > 0, warn: warnOfLetGo },

  async create(context, args) {
    const { session } = context;
    const project = await session.project(args);
    const state = await rollOut(context, project, args, undefined, isAccountGiven(session, args));
    return { id: state.deployment, state };
  },

  /**
   * No API tells what a deployment has bound: it is inferred, and what it lost makes the next run redeploy. So does a
   * variable that somebody has changed.
   */
  async read({ session }, id, state) {
    const project = await session.project(state);
    // What somebody edited in the state may lack it.
    const deployment = textOf(state.deployment) ?? id;
    const found = await project.findDeployment(deployment);
    if (found === undefined) {
      await requireDeploymentGone(project, deployment, typesIn([state.environmentType])[0]);
      return undefined;
    }
    const { url, environmentType = state.environmentType } = found;
    const lost = await lostCertificates(project, found, state);
    const certificates = state.certificates.filter(name => !lost.includes(name));
    const memory = rememberOurs(await rememberDrift(project, found, state), lost);
    const remembered = memory === undefined ? {} : { [memoryKey]: memory };
    return {
      id,
      state: { ...state, ...project.scope, certificates, url, environmentType, ...remembered },
    };
  },

  async update(context, id, olds, news) {
    const { session } = context;
    const isDeployed = olds.deployedOn !== undefined;
    // The id is the name that it had first: a branch that was deleted and pushed again has another deployment.
    const { deployment, url, buildId, deployedOn, environmentType } = olds;
    const memory = recall(memorySchema, olds, memoryKey) ?? {};
    const place = { account: olds.account ?? news.account, project: olds.project ?? news.project };
    const outputs = { deployment, url, buildId, deployedOn, environmentType };
    const isSettled =
      isDeployed &&
      memory.isUnsettled !== true &&
      redeploying.every(key => isDeepStrictEqual(olds[key], news[key])) &&
      !isOtherType(news, olds) &&
      !isLacking(session, olds, news);
    const isGiven = isAccountGiven(session, news);
    const hasLostAny = async () => isLate(context) && hasLost(await session.projectOf(place, isGiven), olds);
    if (isSettled && !hasDrifted(session, memory, olds, news) && !(await hasLostAny()))
      return { ...news, ...place, ...outputs, [memoryKey]: memory };
    const project = await session.projectOf(place, isGiven);
    return rollOut(context, project, news, { id, olds }, isGiven);
  },

  async delete({ session, identity }, id, state) {
    const deployment = textOf(state.deployment) ?? id;
    const text = `Redeployment '${deployment}' is removed from the state; the deployment itself is not changed.`;
    session.log.info(coded("ZUPLO1408", text));
    noteBuild(session, deployment, state);
    if (session.program.redeployments.has(identity) || isReplacedBefore(state)) return;
    const { certificates = [], variables = [], timeout, project } = state;
    const timeoutMs = millisecondsOr(timeout, defaultTimeoutMs);
    session.program.redeployments.noteDeparted({
      deployment,
      project,
      certificates,
      variables,
      timeoutMs,
    });
    await undoRollback(session, state);
  },

  namedBefore(_session, state) {
    const { certificates, variables } = textsOf(usesOf(state as RawInputs));
    return variables.filter(({ value }) => certificates.includes(value));
  },

  import: importRedeployment,
  matchImported: matchRedeployment,
};

/** Whether its deployment may have been redeployed in this run before it was looked at; a plan knew nothing of that. */
function isLate({ session, identity, isPlanned }: Context): boolean {
  return isPlanned !== true && session.program.redeployments.isLate(identity);
}

/** Whether a deployment may have been built without what its Redeployment uses, by a look at Zuplo. */
async function hasLost(project: ProjectSession, state: RedeploymentState): Promise<boolean> {
  const deployment = await project.findDeployment(state.deployment);
  if (deployment === undefined) return false;
  // The redeploy was this run's own: that a certificate has been changed beside it says nothing.
  const lost = await lostCertificates(project, { ...deployment, updatedOn: undefined }, state);
  const { drifted = [] } = (await rememberDrift(project, deployment, state)) ?? {};
  return lost.length > 0 || drifted.length > 0;
}

function isOtherType(news: RedeploymentArgs, olds: RedeploymentState): boolean {
  return news.environmentType !== undefined && news.environmentType !== olds.environmentType;
}

/**
 * Whether a certificate that is listed is one of the program's, and not enabled for the type when this run is over, or
 * was not when the deployment was built, or is another one of the same name than the deployment was built with.
 */
function isLacking(session: Session, olds: RedeploymentState, news: RawInputs): boolean {
  const { program } = session;
  const { environmentType: type } = olds;
  const { build, revivals = {} } = recall(memorySchema, olds, memoryKey) ?? {};
  const ids = build?.ids ?? {};
  const home = projectOf(session, olds, news);
  const isOther = (name: string) => {
    const id = ids[name];
    return id !== undefined && program.certificates.isOther(home, name, id);
  };
  const wasRevivedSince = (name: string) => {
    const [revived, known] = [program.certificates.revivedOn(home, name, type), revivals[name]];
    return revived !== undefined && (known === undefined || revived > known);
  };
  return (
    Array.isArray(news.certificates) &&
    news.certificates.some(
      (name: unknown) =>
        typeof name === "string" &&
        (program.certificates.lacks(home, name, type) || wasRevivedSince(name) || isOther(name)),
    )
  );
}

/** Of the certificates that are about to be built in. */
function revivalsOf(
  { run: { program }, scope }: ProjectSession,
  names: readonly string[],
  type: EnvironmentType,
) {
  const known = names.flatMap(name => {
    const revived = program.certificates.revivedOn(scope.project, name, type);
    return revived === undefined ? [] : [[name, revived] as const];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function projectOf({ config }: Session, olds: object, news: RawInputs): string {
  return textOf((olds as RawInputs).project) ?? textOf(news.project) ?? config.project ?? "";
}

/**
 * Whether a variable has been found changed that has its value again, or that the program sets: what nobody sets, a
 * redeploy would not put right. A secret may look like one without a value.
 */
function hasDrifted(
  session: Session,
  memory: RedeploymentMemory | undefined,
  olds: RawInputs,
  news: RawInputs,
): boolean {
  const { program } = session;
  const home = projectOf(session, olds, news);
  const { variables } = usesOf(olds);
  const overwritten = variables.filter(variable => program.variables.isOverwritten(home, variable));
  // What it was built with, as the state tells: a refresh that did not come so far has not seen it.
  const isPutRight = variables.some(variable => program.variables.isPutRight(home, variable));
  const isSet = (variable: BranchVariable) => program.variables.isSet(home, variable);
  const isToPutRight = (variable: Drifted) =>
    variable.isBack === true ||
    (variable.isEmpty === true ? program.variables.isReadable(home, variable) : isSet(variable));
  return isPutRight || overwritten.some(isSet) || (memory?.drifted ?? []).some(isToPutRight);
}

/** What the state remembers of a build helps to tell who still uses a certificate. */
function noteBuild(session: Session, deployment: string, state: object): void {
  const build = rememberedBuild(state);
  if (build !== undefined) session.builds.note(deployment, build);
}

/** What the inputs, or a state, say of certificates and variables, as far as that is known. */
function usesOf(inputs: RawInputs): { certificates: unknown[]; variables: VariableValue[] } {
  const { certificates, variables } = inputs;
  const isKnown = (variable: unknown) => variableSchema.safeParse(variable).success;
  return {
    certificates: Array.isArray(certificates) ? certificates : [],
    variables: Array.isArray(variables) ? (variables.filter(isKnown) as VariableValue[]) : [],
  };
}

function textsOf({ certificates, variables }: ReturnType<typeof usesOf>) {
  return { certificates: certificates.filter(name => typeof name === "string"), variables };
}

/** Rolls the deployment over to what the arguments say; a failure is stored, so that the next run tries again. */
async function rollOut(
  { session, identity, limitMs = defaultTimeoutMs }: Context,
  project: ProjectSession,
  args: RedeploymentArgs,
  known: { id: string; olds: RedeploymentState } | undefined,
  isAccountGiven: boolean,
): Promise<RedeploymentState> {
  const { program } = session;
  const { olds } = known ?? {};
  const memory = olds === undefined ? undefined : recall(memorySchema, olds, memoryKey);
  const before = olds && { ...olds, ours: memory?.ours, inCode: memory?.inCode };
  const request = {
    ...args,
    needsNewBuild: needsNewBuild(args, olds),
    rollback: args.verify !== undefined && args.rollback !== false,
    timeoutMs: millisecondsOr(args.timeout, limitMs),
  };
  let target = olds && targetIn(olds);
  const aim = async () => {
    target = await targetOf(project, args, olds);
    return { target, verification: verificationOf(args.verify, target) };
  };
  const giveUp = async (thrown: unknown) => {
    throw await project.rolls.giveUp(target ?? placeOf(args), request, before, thrown);
  };
  const shown = ({ name, url, environmentType }: Target) => ({
    ...project.scope,
    deployment: name,
    url,
    environmentType,
  });
  try {
    const aimed = await aim().catch(giveUp);
    program.redeployments.noteRoll(identity, "begun");
    const revivals = revivalsOf(project, args.certificates, aimed.target.environmentType);
    const { bindings, certificateIds, changedOn, earlier, inCode, ...build } = await project.rolls.join(
      aimed.target,
      { ...request, verification: aimed.verification },
      before,
    );
    program.redeployments.noteRoll(identity, "rolled");
    await sweepProgram(project);
    return {
      ...args,
      ...shown(aimed.target),
      ...build,
      [memoryKey]: {
        isAccountGiven,
        build: { ...bindings, ids: certificateIds, changedOn },
        ours: earlier,
        inCode,
        revivals,
      },
    };
  } catch (error) {
    program.redeployments.noteRoll(identity, isBack(error) ? "back" : "failed");
    if (!(error instanceof RollFailed)) throw error;
    // There is nothing to store it under.
    if (target === undefined) throw error.cause;
    const wanted = { ...args, ...shown(target) };
    const state = await stateAfterFailure(project, error, wanted, olds, { ...memory, isAccountGiven });
    const { certificates } = state;
    const more = halfWay(program, project.scope.project, { before: certificates, wanted: args.certificates });
    throw new PartialFailure<RedeploymentState>(known?.id ?? target.name, state, error.cause, more);
  }
}

/**
 * What is stored where a roll has failed. What was in force before: the next run sees a difference and redeploys.
 *
 * @param wanted what would have been stored, without its build
 */
async function stateAfterFailure(
  project: ProjectSession,
  failure: RollFailed,
  wanted: RedeploymentState,
  olds: RedeploymentState | undefined,
  memory: RedeploymentMemory,
): Promise<RedeploymentState> {
  const { certificates = [], variables = [], triggers } = olds ?? {};
  const tried = (await project.certificates.list()).filter(({ name }) => wanted.certificates.includes(name));
  const ours = [...new Set([...(memory.ours ?? []), ...tried.map(({ id }) => id)])];
  return {
    ...wanted,
    certificates,
    variables,
    triggers,
    buildId: failure.rollback?.build?.buildId,
    pendingVariables: pendingOf(project, wanted),
    [memoryKey]: {
      isAccountGiven: memory.isAccountGiven,
      ours,
      inCode: memory.inCode,
      ...(isRestored(failure) ? {} : { isUnsettled: true }),
    },
  };
}

/** Variables that this run has set to these certificates, but for those of other branches that have been rolled to them. */
function pendingOf(
  { ledger, run, scope }: ProjectSession,
  { certificates, variables }: Pick<RedeploymentArgs, "certificates" | "variables">,
): VariableValue[] {
  const isOwn = ({ branch }: VariableValue) => variables.some(own => own.branch === branch);
  return ledger
    .wantedAs(certificates)
    .filter(variable => isOwn(variable) || !run.program.redeployments.hasRolled(scope.project, variable));
}

/**
 * What moves a trigger may have come later than the last build; and where certificates and variables are as before, it is
 * for something that has been found changed.
 */
function needsNewBuild(args: RedeploymentArgs, olds: RedeploymentState | undefined): boolean {
  const isSame = (key: (typeof redeploying)[number]) => isDeepStrictEqual(args[key], olds?.[key]);
  return !isSame("triggers") || (isSame("certificates") && isSame("variables"));
}

/** A branch that was deleted and pushed again has another deployment than the one that the state knows. */
async function targetOf(
  project: ProjectSession,
  args: RedeploymentArgs,
  olds: RedeploymentState | undefined,
): Promise<Target> {
  if (olds === undefined) return findTarget(project, args);
  const known = findTarget(project, { deployment: olds.deployment });
  if (args.branch === undefined) return known;
  return (await unlessNotFound(known)) ?? findTarget(project, { branch: args.branch });
}

/** A deployment as the state knows it. */
function targetIn(state: RedeploymentState): Target {
  const { deployment: name, url, environmentType } = state;
  return { ...placeOf(state), name, url, environmentType };
}

/** What the arguments say of where a deployment is. */
function placeOf({ branch, deployment, variables: [first] = [] }: RedeploymentArgs): {
  name: string;
  branch: string;
} {
  const own = branch ?? first?.branch ?? "";
  return { name: deployment ?? own, branch: own };
}

/** Whether what was before is in service, and works as before. */
function isRestored({ rollback, isUntouched }: RollFailed): boolean {
  return isUntouched || (rollback?.build !== undefined && rollback.problem === undefined);
}

/** Whether what was before is in service again. */
function isBack(error: unknown): boolean {
  const { isBegun, build, problem } = (error instanceof RollFailed && error.rollback) || {};
  return isBegun === true && (build !== undefined || problem === undefined);
}
