import { setTimeout as sleep } from "node:timers/promises";
import { RedeployFailed, Referenced } from "../api/errors";
import { pauses } from "../api/pauses";
import type { CertificateResponse, DeploymentResponse, EnvironmentType } from "../api/responses";
import { familyOf } from "../certificates/name";
import type { Others } from "../config";
import type { NamingVariable } from "../program/certificates";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { enumerated } from "../text/enumerated";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { idOf } from "./branchVariable";
import { defaultTimeoutMs } from "./build";
import { redeployBuiltWithout } from "./builtWithout";
import { enabledTypes } from "./environments";
import { redeployBeside } from "./inForce";
import { describeUse, refusedToTheEnd, sentences, settingTo, usedByOthers } from "./inUse";
import { deploymentLock } from "./locks";
import type { Objection } from "./objections";
import { describeCopies, describeObjections } from "./objectionWords";
import { isFree, type Obstacles } from "./safety";
import type { Settle } from "./settling";
import { targetOf } from "./target";
import { whileUnderWay, yetToLeave } from "./yetToLeave";

/** How long Zuplo may need to notice that the last reference is gone, in milliseconds. */
const releaseNoticedWithinMs = 600_000;
/** A refusal is looked at again for this long even where a deployment explains it, in milliseconds. */
const graceMs = 3000;

export interface Removal extends Settle {
  /** Those for which the state says that it is enabled. */
  types: readonly EnvironmentType[];
  others: Others;
  /** The program of this run says what is in its place, and not its own state alone. */
  isTold: boolean;
  timeoutMs?: number;
  /** How long a redeploy may take, where the Redeployment that left the program in this run does not say it. */
  redeployMs?: number | undefined;
}

/** The deployments and variables of which is known that they used a certificate for us. */
export interface Ours {
  isDeployment(deployment: Pick<DeploymentResponse, "name" | "branchName">): boolean;
  isVariable(variable: NamingVariable): boolean;
  /** Whether the program of this run sets a variable: it is to name something else. */
  isSetByProgram(variable: NamingVariable): boolean;
  /** Of a branch that cannot be read, the variables that the program is yet to take away from it, or may be. */
  awaitedOn(place: { branch: string; deployment: string }): string[];
}

/**
 * Deletes a certificate in whose place another one is. Where somebody still uses it (an open pull request has bound it,
 * another stack names it), that is no failure: it is disabled where nobody would miss it, and left. A later run that
 * rolls deletes it once it is free. What only deployments have that a run before this one has rolled is taken out of
 * them: nobody else would redeploy them.
 */
export async function dropReplaced(
  session: ProjectSession,
  certificate: CertificateResponse,
  removal: Removal,
): Promise<void> {
  const look = () => session.safety.obstaclesTo(certificate, "replaced", removal.everEnabledFor);
  let obstacles = await look();
  // Somebody may have named it while it was waited.
  if (isFree(obstacles) && (await waitUntilSettled(session, certificate, removal))) obstacles = await look();
  let refusal: Referenced | undefined;
  if (isFree(obstacles)) {
    refusal = await eraseOrWait(session, certificate, removal);
    if (refusal === undefined) return;
  }
  const mayRedeploy = (holder: DeploymentResponse) =>
    removal.others === "redeploy" || isRolledBefore(session, certificate, holder);
  const isWorthIt = removal.others === "redeploy" || obstacles.holders.some(mayRedeploy);
  if (isWorthIt && (await redeployHolders(session, certificate, obstacles, mayRedeploy))) {
    refusal = await eraseOrWait(session, certificate, removal);
    if (refusal === undefined) return;
  }
  return leave(session, certificate, removal, await look(), refusal);
}

/**
 * Takes a certificate that is no longer in the program out of the deployments that were ours, although their variables
 * may still name it, and deletes it. Where others use it, nothing is changed at all.
 */
export async function takeOut(
  session: ProjectSession,
  certificate: CertificateResponse,
  removal: Removal,
  ours: Ours,
): Promise<void> {
  const lineage = await otherGenerations(session, certificate);
  const own = ownOf(session, certificate, ours);
  const look = async () => {
    const obstacles = await session.safety.obstaclesTo(certificate, "removed", removal.everEnabledFor);
    const told = obstacles.objections.flatMap(objection => awaitedFor(objection, ours));
    return { ...obstacles, objections: [...told, ...(await awaitedSecrets(session, told, ours))] };
  };
  // What takes its place may be on its way, in another resource that does not wait for this one, and so may the deletion
  // of what uses it.
  const isAwaited = async () => {
    if (yetToLeave(session, certificate.name) !== undefined) return true;
    const found = await look();
    const isYetTo = (objection: Objection) => isYetToChange(objection, ours);
    return found.objections.some(isYetTo) || othersAmong(found, own, removal.others) !== undefined;
  };
  await whileUnderWay(session, isAwaited);
  const obstacles = await look();
  const others = othersAmong(obstacles, own, removal.others);
  if (others !== undefined) {
    if (isLeftDisabled(obstacles)) {
      await waitUntilSettled(session, certificate, removal);
      if ((await session.safety.erase(certificate, removal.types)) === undefined) return;
    }
    const isAwaitedStill = others.blocking.some(objection => isYetToChange(objection, ours));
    throw usedByOthers(certificate, others.blocking, others.foreign, {
      isSucceeding: isAwaitedStill,
      ownBranches: await branchesOf(session, obstacles, own),
    });
  }
  const exempt = (objection: Objection) =>
    own.isObjection(objection) || (objection.kind === "unreadable" && ours.awaitedOn(objection).length === 0);
  await session.safety.disable(certificate.id, enabledTypes(certificate), exempt);
  await redeployWithout(session, certificate, lineage, obstacles.holders, own, removal.redeployMs);
  await eraseOrExplain(session, certificate, removal, own);
  warnStillNamed(session, certificate, obstacles.objections.filter(own.isObjection));
  warnUnread(session, certificate, obstacles.objections, ours);
}

/** A variable that this run is to give another value, or a deployment that it is to roll: what is there now is in service. */
function isYetToChange(objection: Objection, ours: Ours): boolean {
  const { kind } = objection;
  return kind === "wayBack" || kind === "awaited" || (kind === "named" && ours.isSetByProgram(objection));
}

/** In place of a branch that cannot be read, what is awaited there, if anything is. */
function awaitedFor(objection: Objection, ours: Ours): Objection[] {
  if (objection.kind !== "unreadable") return [objection];
  const { branch, deployment } = objection;
  const awaited = ours.awaitedOn(objection);
  if (awaited.length === 0) return [objection];
  return awaited.map(variable => ({ kind: "awaited", branch, variable, deployment }));
}

/** The same of secrets to which this run has given another value: nobody objects for them, and their roll may have failed. */
async function awaitedSecrets(
  { deployments, variables }: ProjectSession,
  told: readonly Objection[],
  ours: Ours,
): Promise<Objection[]> {
  const found = (await deployments.list()).map(async ({ name, branchName, isWorkingCopy }) => {
    const place = { branch: branchName ?? name, deployment: name };
    const awaited = isWorkingCopy ? [] : ours.awaitedOn(place);
    if (awaited.length === 0 || told.some(({ deployment }) => deployment === name)) return [];
    const { masked = [] } = (await variables.of({ name, branchName })) ?? {};
    const secret = awaited.filter(variable => masked.includes(variable));
    return secret.map(variable => ({ kind: "awaited" as const, variable, ...place }));
  });
  return (await Promise.all(found)).flat();
}

/** What of a certificate's users is ours. */
interface Own {
  isObjection(objection: Objection): boolean;
  isDeployment(deployment: DeploymentResponse): boolean;
}

function ownOf({ settling }: ProjectSession, certificate: CertificateResponse, ours: Ours): Own {
  return {
    isObjection: objection => {
      if (objection.kind === "named") return ours.isVariable(objection);
      if (objection.kind === "unreadable" && ours.awaitedOn(objection).length > 0) return false;
      const { kind, deployment: name, branch: branchName } = objection;
      return ["unreadable", "inCode"].includes(kind) && ours.isDeployment({ name, branchName });
    },
    // A working copy has its branch's name, and is its developer's. Another one may have it by a redeploy of this run, such
    // as the removal of a certificate that it has used.
    isDeployment: deployment =>
      !deployment.isWorkingCopy &&
      (ours.isDeployment(deployment) || settling.isBoundByOwnRedeploy(deployment, certificate)),
  };
}

/** The branches whose variables name a certificate for us, or else those of deployments that have used it for us. */
async function branchesOf(
  { deployments }: ProjectSession,
  { objections }: Obstacles,
  own: Own,
): Promise<string[]> {
  const naming = objections.filter(each => each.kind === "named" && own.isObjection(each));
  const used = (await deployments.list()).filter(own.isDeployment);
  const branches =
    naming.length > 0
      ? naming.map(({ branch }) => branch)
      : used.flatMap(({ branchName }) => branchName ?? []);
  return [...new Set(branches)];
}

/** Who else uses a certificate; undefined where nobody does, or a redeploy that is allowed takes it from them. */
function othersAmong(
  { objections, holders }: Obstacles,
  own: Own,
  choice: Others,
): { blocking: Objection[]; foreign: DeploymentResponse[] } | undefined {
  const foreign = holders.filter(holder => !own.isDeployment(holder));
  const mayRedeploy = choice === "redeploy" && !foreign.some(({ isWorkingCopy }) => isWorkingCopy);
  const strangers = objections.filter(objection => !own.isObjection(objection));
  const blocking = strangers.filter(isUse(foreign));
  return blocking.length > 0 || (foreign.length > 0 && !mayRedeploy) ? { blocking, foreign } : undefined;
}

/** Disables what is left of the lineage of a certificate, and redeploys those who have bound them. */
async function redeployWithout(
  session: ProjectSession,
  certificate: CertificateResponse,
  lineage: readonly CertificateResponse[],
  holders: readonly DeploymentResponse[],
  own: Own,
  timeoutMs?: number,
): Promise<void> {
  // Of another generation nobody has told where it was used. A variable that this run has not left may be anybody's: the
  // state has forgotten both. One that was left by what uses another lineage by now was set by hand.
  const family = familyOf(certificate.name);
  const isLeft = (objection: Objection) => {
    if (objection.kind !== "named" || !own.isObjection(objection)) return false;
    const place = { ...objection, name: objection.variable };
    const { variables } = session.run.program;
    return variables.hasLeft(session.scope.project, place, value => familyOf(value) === family);
  };
  for (const { id, ...other } of lineage) await session.safety.disable(id, enabledTypes(other), isLeft);
  await redeployEach(session, holders, certificate, timeoutMs);
  for (const { id } of lineage) await releaseOwn(session, id, own, timeoutMs);
}

/** Deletes a certificate, where Zuplo refuses it after one more redeploy of those that are ours. */
async function eraseOrExplain(
  session: ProjectSession,
  certificate: CertificateResponse,
  removal: Removal,
  own: Own,
): Promise<void> {
  if ((await eraseOrWait(session, certificate, { ...removal, timeoutMs: graceMs })) === undefined) return;
  // A build that was under way may have bound it although all dates say that it has not.
  const deployments = (await session.deployments.list()).filter(own.isDeployment);
  await redeployEach(session, deployments, certificate, removal.redeployMs, { isForced: true });
  session.settling.noteReleased(certificate.id);
  const refusal = await eraseOrWait(session, certificate, removal);
  if (refusal === undefined) return;
  const current = (await session.certificates.get(certificate.id)) ?? certificate;
  const holders = await session.safety.holdersOf(current);
  const mayBeHidden = await session.objections.mayHide([...removal.everEnabledFor, ...enabledTypes(current)]);
  throw refusedToTheEnd(certificate, refusal, holders, mayBeHidden);
}

/** Warns of the variables that name what is deleted. */
function warnStillNamed(
  { run }: ProjectSession,
  { name }: CertificateResponse,
  objections: readonly Objection[],
): void {
  for (const objection of objections) {
    if (objection.kind !== "named") continue;
    run.log.warn(
      coded(
        "ZUPLO1209",
        `MtlsCertificate '${quote(name)}' is deleted, and the variable '${objection.branch}/${objection.variable}' still names it: ` +
          "give the variable another value before the next deploy of its branch.",
      ),
    );
  }
}

/** The same of those that nobody could read, by what the states of their resources said when these were deleted. */
function warnUnread(
  { run, scope, variables }: ProjectSession,
  { name }: CertificateResponse,
  objections: readonly Objection[],
  ours: Ours,
): void {
  for (const { kind, branch, deployment } of objections) {
    if (kind !== "unreadable") continue;
    const left = run.program.variables
      .leftOf(scope.project, name)
      .filter(
        variable =>
          variable.branch === branch &&
          (variables.writtenValueOf(variable) ?? name) === name &&
          !ours.isSetByProgram({ branch, deployment, variable: variable.name }),
      );
    for (const variable of left) {
      const text =
        `MtlsCertificate '${quote(name)}' is deleted, and nobody can read whether the variable '${quote(idOf(variable))}' still names it: ` +
        "give the variable another value before the next deploy of its branch.";
      run.log.warn(coded("ZUPLO1209", text));
    }
  }
}

/**
 * Disabled, by a removal that did not end, and nobody is known to use it: a branch that cannot be read could not use it
 * any more, and whether a build has it Zuplo itself tells.
 */
function isLeftDisabled({ objections, isHeld, isDisabled }: Obstacles): boolean {
  return isDisabled && !isHeld && objections.every(({ kind }) => kind === "unreadable");
}

/** Takes what is disabled out of the deployments that were ours, so that it can be swept. */
async function releaseOwn(session: ProjectSession, id: string, own: Own, timeoutMs?: number): Promise<void> {
  const certificate = await session.certificates.get(id);
  if (certificate === undefined || (await session.objections.enabledWhereSeen(certificate)).length > 0)
    return;
  const holders = await session.safety.holdersOf(certificate);
  const bound = holders.filter(
    holder => own.isDeployment(holder) && session.builds.binds(holder, certificate) === "yes",
  );
  await redeployEach(session, bound, certificate, timeoutMs);
}

/** Other generations of the same lineage that no state of this run knows of. */
async function otherGenerations(session: ProjectSession, { id, name }: CertificateResponse) {
  const family = familyOf(name);
  if (family === undefined) return [];
  return (await session.certificates.list()).filter(
    other =>
      other.id !== id &&
      familyOf(other.name) === family &&
      !session.run.program.certificates.isInState(other.name, session.scope.project) &&
      !session.safety.isRecent(other),
  );
}

/** Waits until no location of Zuplo's edge can need it any more. @returns whether that took time. */
async function waitUntilSettled(
  session: ProjectSession,
  certificate: CertificateResponse,
  removal: Removal,
): Promise<boolean> {
  const current = (await session.certificates.get(certificate.id)) ?? certificate;
  return session.settling.wait(current, removal);
}

/**
 * Deletes, and waits while Zuplo has not noticed yet that the last user is gone. @returns the refusal, where Zuplo
 * stays with it, or a deployment explains it.
 */
async function eraseOrWait(
  session: ProjectSession,
  certificate: CertificateResponse,
  removal: Removal,
): Promise<Referenced | undefined> {
  const { types, everEnabledFor, timeoutMs = releaseNoticedWithinMs } = removal;
  await waitUntilSettled(session, certificate, removal);
  const startedAt = performance.now();
  for (const pause of pauses(250, 5000)) {
    const refusal = await session.safety.erase(certificate, types);
    if (refusal === undefined) return undefined;
    const elapsed = performance.now() - startedAt;
    if (elapsed >= timeoutMs) return refusal;
    await sleep(pause, undefined, { signal: session.run.signal });
    await session.deployments.refresh();
    if (elapsed >= graceMs && (await isExplained(session, certificate, everEnabledFor))) return refusal;
    // A build that was under way, or somebody's push, may have released it only now.
    await waitUntilSettled(session, certificate, removal);
  }
  return undefined;
}

/** Whether it is seen, or may be hidden, who still has a certificate: then waiting does not help. */
async function isExplained(
  session: ProjectSession,
  certificate: CertificateResponse,
  everEnabledFor: readonly EnvironmentType[],
): Promise<boolean> {
  const { safety, objections, certificates } = session;
  const believed = (await certificates.get(certificate.id)) ?? certificate;
  const current = (await safety.freshCertificate(certificate.id)) ?? believed;
  // Enabled behind our back, or never disabled: a build may have bound it.
  if (enabledTypes(current).some(type => !believed.environments[type])) return true;
  const holders = await safety.holdersOf(current, everEnabledFor);
  return holders.length > 0 || objections.mayHide([...everEnabledFor, ...enabledTypes(current)]);
}

/**
 * Whether a run before this one has rolled a deployment to what is in the place of a certificate: that was still enabled
 * for its type by then, since another branch named it.
 */
function isRolledBefore(
  { run, scope }: ProjectSession,
  { name: replaced }: CertificateResponse,
  { name, branchName, isWorkingCopy }: DeploymentResponse,
): boolean {
  const family = familyOf(replaced);
  const isSuccessor = (other: unknown) =>
    typeof other === "string" && other !== replaced && familyOf(other) === family;
  const own = run.program.redeployments.of(scope.project, { name, branchName });
  return (
    family !== undefined &&
    !isWorkingCopy &&
    own.some(({ roll, before }) => roll === undefined && before?.certificates.some(isSuccessor) === true)
  );
}

/** Redeploys those who have the certificate bound and do not name it. @returns whether nobody is left who uses it. */
async function redeployHolders(
  session: ProjectSession,
  certificate: CertificateResponse,
  { objections, holders: known }: Obstacles,
  mayRedeploy: (holder: DeploymentResponse) => boolean,
): Promise<boolean> {
  if (!known.every(mayRedeploy)) return false;
  if (objections.length > 0 || (await session.objections.typesInCode(certificate)).length > 0) return false;
  await session.safety.disable(certificate.id, enabledTypes(certificate));
  const disabled = (await session.certificates.get(certificate.id)) ?? certificate;
  if ((await session.objections.enabledWhereSeen(disabled)).length > 0) return false;
  const holders = await session.safety.holdersOf(disabled);
  if (!holders.every(mayRedeploy) || holders.some(({ isWorkingCopy }) => isWorkingCopy)) return false;
  // Where it was disabled before, nobody has looked at who names it.
  const { objections: others } = await session.safety.obstaclesTo(disabled, "removed");
  if (others.some(isUse(holders))) return false;
  try {
    await redeployEach(session, holders, disabled);
  } catch (error) {
    // A colleague's branch that does not build is no failure of this rotation.
    if (!(error instanceof RedeployFailed)) throw error;
    const text = `Deployment '${quote(error.operation.name ?? "")}' was to let go of MtlsCertificate '${quote(certificate.name)}', and keeps it: ${error.problem}.`;
    session.run.log.warn(coded(error.code, text));
    return false;
  }
  return true;
}

/**
 * One redeploy of each, but for those that somebody of this run has redeployed since the certificate was disabled.
 *
 * @param isForced also of those of which all dates say that they have let it go
 */
async function redeployEach(
  session: ProjectSession,
  holders: readonly DeploymentResponse[],
  { id }: CertificateResponse,
  timeoutMs = defaultTimeoutMs,
  { isForced = false }: { isForced?: boolean } = {},
): Promise<void> {
  await Promise.all(
    holders.map(({ name }) =>
      session.exclusively(deploymentLock(name), async () => {
        const [deployment, certificate] = await Promise.all([
          session.deployments.get(name),
          session.certificates.get(id),
        ]);
        if (deployment === undefined || certificate === undefined) return;
        const isReleased = isForced
          ? session.builds.isRebuilt(deployment, certificate)
          : session.builds.binds(deployment, certificate) === "no";
        if (isReleased) return;
        await redeployBeside(
          session,
          targetOf(deployment),
          session.run.program.redeployments.timeoutOf(name) ?? timeoutMs,
        );
      }),
    ),
  );
  await redeployBuiltWithout(session);
}

async function leave(
  session: ProjectSession,
  certificate: CertificateResponse,
  { others, isTold }: Removal,
  { objections, holders }: Obstacles,
  refusal?: Referenced,
): Promise<void> {
  const current = (await session.certificates.get(certificate.id)) ?? certificate;
  // From now on a push lets it go, where nobody names it.
  const inCode = await session.objections.typesInCode(current);
  const released = enabledTypes(current).filter(type => !inCode.includes(type));
  const kept = await session.safety.disable(certificate.id, released);
  if (others === "fail") {
    throw new Referenced({
      operation: { verb: "delete", resource: "MtlsCertificate", name: certificate.name },
      problem: `it is replaced, and still in use: ${describeUse(objections, holders)}`,
      advice: sentences([
        `Push those branches again, or close their pull requests, and run ${say.apply} again; ` +
          `or set ${isTold ? 'others to "leave"' : settingTo("leave")}, and a later run deletes it once it is free.`,
        describeCopies(holders),
      ]),
      code: "ZUPLO1206",
      status: refusal?.status,
    });
  }
  const enabled = [...kept].map(
    ([type, because]) => ` It stays enabled for ${type}: ${describeObjections(because)}.`,
  );
  if (inCode.length > 0)
    enabled.push(` It stays enabled for ${enumerated(inCode)}: the code of a branch may name it.`);
  const copies = describeCopies(holders);
  const text = coded(
    "ZUPLO1204",
    `MtlsCertificate '${quote(certificate.name)}' (${quote(certificate.id)}) is replaced and left at Zuplo for now: ` +
      `${describeUse(objections, holders)}.${enabled.join("")} ${describeRemoval(session, certificate)}` +
      `${copies === "" ? "" : ` ${copies}`}`,
  );
  const { log } = session.run;
  if (log.left === undefined) log.info(text);
  else log.left(text);
}

/** Later runs look for what is left of the lineages that the program has, in the projects in which it has them. */
function describeRemoval({ run, scope }: ProjectSession, { id, name }: CertificateResponse): string {
  return run.program.certificates.hasFamilyOf(scope.project, name)
    ? "A later run deletes it once it is free, or `pulumi-zuplo prune` does."
    : `Once it is free, \`pulumi-zuplo prune ${quote(id)}\` deletes it.`;
}

/** Who only happens to be unreadable, and has not bound it, is no user of it. */
function isUse(holders: readonly DeploymentResponse[]): (objection: Objection) => boolean {
  return ({ kind, deployment }) => kind !== "unreadable" || holders.some(({ name }) => name === deployment);
}
