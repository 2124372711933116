import { isDeepStrictEqual } from "node:util";
import type { EnvironmentType } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import { defaultTimeoutMs } from "../../rotation/build";
import { typesIn } from "../../rotation/environments";
import { requireDeploymentGone } from "../../rotation/gone";
import { RollFailed } from "../../rotation/group";
import { halfWay } from "../../rotation/halfWay";
import type { BranchVariable, VariableValue } from "../../rotation/place";
import { sweepProgram } from "../../rotation/sweep";
import { findTarget, type Target } from "../../rotation/target";
import type { Session } from "../../session";
import { coded } from "../../text/codes";
import { toMilliseconds } from "../../text/duration";
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

  foretell(_context, olds, news, changes) {
    const isRedeployed = olds?.deployedOn === undefined || movedOutputs(contract, changes).length > 0;
    if (!isRedeployed) return undefined;
    const deployment = textOf(olds?.deployment) ?? textOf(news.deployment);
    const which =
      deployment === undefined ? `of branch '${quote(textOf(news.branch) ?? "")}'` : `'${quote(deployment)}'`;
    return coded("ZUPLO1414", `Redeployment ${which} will ${enumerated(stepsOf(olds, news))}.`);
  },

  refuse({ session }, olds, news, changes) {
    const { program } = session;
    // Another deployment may be of another type.
    if (Object.values(changes).includes("replace")) return [];
    const { environmentType: type } = olds;
    const lives = projectOf(session, olds, news);
    const lacking = textsOf(usesOf(news)).certificates.filter(name =>
      program.certificates.isWantedWithout(lives, name, type),
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
    const target = await findTarget(project, args);
    const state = await put(context, project, target, args, undefined, isAccountGiven(session, args));
    return { id: target.name, state };
  },

  /**
   * No API tells what a deployment has bound: it is inferred, and what it lost makes the next run redeploy. So does a
   * variable that somebody has changed.
   */
  async read({ session }, id, state) {
    const project = await session.project(state);
    const found = await project.findDeployment(id);
    if (found === undefined) {
      await requireDeploymentGone(project, id, typesIn([state.environmentType])[0]);
      return undefined;
    }
    const { url, environmentType = state.environmentType } = found;
    const lost = await lostCertificates(project, found, state);
    const certificates = state.certificates.filter(name => !lost.includes(name));
    const memory = await rememberDrift(project, found, state);
    const remembered = memory === undefined ? {} : { [memoryKey]: memory };
    return {
      id,
      state: { ...state, ...project.scope, certificates, url, environmentType, ...remembered },
    };
  },

  async update(context, id, olds, news) {
    const { session } = context;
    const isDeployed = olds.deployedOn !== undefined;
    const { url, buildId, deployedOn, environmentType } = olds;
    const memory = recall(memorySchema, olds, memoryKey) ?? {};
    const place = { account: olds.account ?? news.account, project: olds.project ?? news.project };
    const outputs = { deployment: id, url, buildId, deployedOn, environmentType };
    const isSettled =
      isDeployed &&
      memory.isUnsettled !== true &&
      redeploying.every(key => isDeepStrictEqual(olds[key], news[key])) &&
      !isOtherType(news, olds) &&
      !isLacking(session, olds, news);
    const isGiven = isAccountGiven(session, news);
    const hasLostAny = async () =>
      isLate(context) && hasLost(await session.projectOf(place, isGiven), id, olds);
    if (isSettled && !hasDrifted(session, memory, olds, news) && !(await hasLostAny()))
      return { ...news, ...place, ...outputs, [memoryKey]: memory };
    const project = await session.projectOf(place, isGiven);
    const target = await findTarget(project, { deployment: id });
    return put(context, project, target, news, olds, isGiven);
  },

  async delete({ session, identity }, id, state) {
    const text = `Redeployment '${id}' is forgotten; the deployment itself stays as it is.`;
    session.log.info(coded("ZUPLO1408", text));
    noteBuild(session, id, state);
    if (session.program.redeployments.has(identity) || isReplacedBefore(state)) return;
    const { certificates = [], variables = [], timeout, project } = state;
    const timeoutMs = (timeout === undefined ? undefined : toMilliseconds(timeout)) ?? defaultTimeoutMs;
    session.program.redeployments.noteForgotten({
      deployment: id,
      project,
      certificates,
      variables,
      timeoutMs,
    });
    await undoRollback(session, state);
  },

  import: importRedeployment,
  matchImported: matchRedeployment,
};

/** Whether its deployment may have been redeployed in this run before it was looked at; a plan knew nothing of that. */
function isLate({ session, identity, isPlanned }: Context): boolean {
  return isPlanned !== true && session.program.redeployments.isLate(identity);
}

/** Whether a deployment may have been built without what its Redeployment uses, by a look at Zuplo. */
async function hasLost(project: ProjectSession, id: string, state: RedeploymentState): Promise<boolean> {
  const deployment = await project.findDeployment(id);
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
  const lives = projectOf(session, olds, news);
  const isOther = (name: string) => {
    const id = ids[name];
    return id !== undefined && program.certificates.isOther(lives, name, id);
  };
  const wasRevivedSince = (name: string) => {
    const [revived, known] = [program.certificates.revivedOn(lives, name, type), revivals[name]];
    return revived !== undefined && (known === undefined || revived > known);
  };
  return (
    Array.isArray(news.certificates) &&
    news.certificates.some(
      (name: unknown) =>
        typeof name === "string" &&
        (program.certificates.lacks(lives, name, type) || wasRevivedSince(name) || isOther(name)),
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
  const lives = projectOf(session, olds, news);
  const { variables } = usesOf(olds);
  const overwritten = variables.filter(variable => program.variables.isOverwritten(lives, variable));
  // What it was built with, as the state tells: a refresh that did not come so far has not seen it.
  const isPutRight = variables.some(variable => program.variables.isPutRight(lives, variable));
  const isSet = (variable: BranchVariable) => program.variables.isSet(lives, variable);
  const isToPutRight = (variable: Drifted) =>
    variable.isBack === true ||
    (variable.isEmpty === true ? program.variables.isReadable(lives, variable) : isSet(variable));
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
async function put(
  { session, identity, limitMs = defaultTimeoutMs }: Context,
  project: ProjectSession,
  target: Target,
  args: RedeploymentArgs,
  olds: RedeploymentState | undefined,
  isAccountGiven: boolean,
): Promise<RedeploymentState> {
  const { program } = session;
  const { name: deployment, url, environmentType } = target;
  const place = { ...project.scope, deployment, url, environmentType };
  const memory = olds === undefined ? undefined : recall(memorySchema, olds, memoryKey);
  const request = {
    ...args,
    verification: verificationOf(args.verify, target),
    rollback: args.verify !== undefined && args.rollback !== false,
    timeoutMs: (args.timeout === undefined ? undefined : toMilliseconds(args.timeout)) ?? limitMs,
  };
  program.redeployments.noteRoll(identity, "begun");
  const revivals = revivalsOf(project, args.certificates, environmentType);
  try {
    const before = olds && { ...olds, ours: memory?.ours, inCode: memory?.inCode };
    const { bindings, certificateIds, earlier, inCode, ...build } = await project.rolls.join(
      target,
      request,
      before,
    );
    program.redeployments.noteRoll(identity, "rolled");
    await sweepProgram(project);
    return {
      ...args,
      ...place,
      ...build,
      [memoryKey]: {
        isAccountGiven,
        build: { ...bindings, ids: certificateIds },
        ours: earlier,
        inCode,
        revivals,
      },
    };
  } catch (error) {
    program.redeployments.noteRoll(identity, isBack(error) ? "back" : "failed");
    if (!(error instanceof RollFailed)) throw error;
    // What was in force before: the next run sees a difference and redeploys.
    const { certificates = [], variables = [], triggers } = olds ?? {};
    const tried = (await project.certificates.list()).filter(({ name }) => args.certificates.includes(name));
    const ours = [...new Set([...(memory?.ours ?? []), ...tried.map(({ id }) => id)])];
    const state = {
      ...args,
      ...place,
      certificates,
      variables,
      triggers,
      buildId: error.rollback?.build?.buildId,
      pendingVariables: project.ledger.wantedAs(args.certificates),
      [memoryKey]: {
        isAccountGiven,
        ours,
        inCode: memory?.inCode,
        ...(isRestored(error) ? {} : { isUnsettled: true }),
      },
    };
    const more = halfWay(program, project.scope.project, { before: certificates, wanted: args.certificates });
    throw new PartialFailure<RedeploymentState>(deployment, state, error.cause, more);
  }
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
