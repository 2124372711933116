import { familyOf } from "../certificates/name";
import { type Code, coded } from "../codes";
import type { VariableValue } from "../program";
import type { ProjectSession } from "../projectSession";
import type { CertificateAnswer, EnvironmentType } from "../zuplo/answers";
import { Conflict, Invalid, RedeployFailed, VerificationFailed, type ZuploError } from "../zuplo/errors";
import { type Build, redeploy } from "./build";
import type { KnownBuild } from "./builds";
import { type Verification, verify } from "./gateway";
import { describeObjections } from "./objections";
import { sweep } from "./remove";
import { type ChangedVariable, type RollbackReport, rollBack, setVariable } from "./rollback";
import { type InUse, type Superseded, supersededBy } from "./superseded";
import type { Target } from "./target";

/** What a deployment used before. */
export interface InUseBefore extends InUse {
  /** Variables, of other deployments too, that a run which failed has set, and that its rollbacks may have put back. */
  pendingVariables?: readonly VariableValue[] | undefined;
  /** Names of other generations that earlier runs made or left: ours, however young they are. */
  ours?: readonly string[] | undefined;
}

export interface RollRequest extends InUse {
  /** What the deployment's environment type must be, where that is known. */
  environmentType?: EnvironmentType | undefined;
  verification?: Verification | undefined;
  /** Whether a failure puts everything back. */
  rollback: boolean;
  /** How long to wait for the new build. */
  timeoutMs: number;
}

/** The new build is not in service, or does not work; where there was something to go back to, it was restored. */
export class RollFailed extends Error {
  constructor(
    override readonly cause: ZuploError,
    readonly rollback?: RollbackReport,
  ) {
    super(cause.message);
  }
}

/** A roll that succeeded: the build that is served, and what it has bound. */
export interface Rolled extends Build {
  bindings: KnownBuild;
  /** Name → id of the certificates that the deployment uses. */
  certificateIds: Record<string, string>;
  /** Names of other generations, which this deployment has let go or had to keep. */
  earlier: string[];
  /** Names of other generations that the code of the deployment may still name. */
  inCode: string[];
}

/** Disable what is superseded, redeploy once, wait for the new build, verify it, and put everything back if it fails. */
export async function roll(
  session: ProjectSession,
  target: Target,
  wanted: RollRequest,
  before: InUseBefore | undefined,
): Promise<Rolled> {
  // Another redeploy of the same deployment would be mistaken for this one.
  const rolled = await session.exclusively(`deployment/${target.name}`, () =>
    rollAlone(session, target, wanted, before),
  );
  await sweepLineages(session, wanted);
  return rolled;
}

async function rollAlone(
  session: ProjectSession,
  target: Target,
  wanted: RollRequest,
  before: InUseBefore | undefined,
): Promise<Rolled> {
  const existing = await usableCertificates(session, target, wanted);
  const superseded = await settled(session, wanted, before, supersededBy(wanted, before, existing));
  const changed = changedVariables(session, wanted, before);
  await setLost(session, wanted, changed, before?.pendingVariables ?? []);
  const { timeoutMs, verification } = wanted;
  try {
    await disableSuperseded(session, target, superseded);
    const bindings = await bindingsOf(session, target, wanted, superseded);
    const build = await redeploy(session, target, timeoutMs);
    if (verification !== undefined) await requireVerified(verification, target, session.run.signal);
    requireUndisturbed(session, target, superseded);
    const known = { ...bindings, deployedOn: build.deployedOn };
    session.builds.note(target.name, known);
    const ids = existing.filter(({ name }) => wanted.certificates.includes(name));
    const kept = superseded.filter(({ certificate }) => known.bound.includes(certificate.id));
    return {
      ...build,
      bindings: known,
      certificateIds: Object.fromEntries(ids.map(({ name, id }) => [name, id])),
      earlier: superseded.map(({ certificate }) => certificate.name),
      inCode: kept.filter(({ isNamed }) => !isNamed).map(({ certificate }) => certificate.name),
    };
  } catch (error) {
    if (error instanceof Conflict) throw new RollFailed(error);
    if (!(error instanceof RedeployFailed || error instanceof VerificationFailed)) throw error;
    if (!wanted.rollback) throw new RollFailed(error);
    if (!isWayBack(target, changed, before, existing)) throw new RollFailed(withoutWayBack(error));
    const certificates = certificatesBefore(changed, before, superseded);
    const plan = { target, certificates, variables: changed, timeoutMs, verification };
    const report = await rollBack(session, plan);
    throw new RollFailed(withReport(error, report), report);
  }
}

/**
 * Those that are ours for certain, and of the others of the same lineage those that are old enough and that no variable
 * names anywhere: another stack may have the same lineage, where project, stack and resource have the same names.
 */
async function settled(
  session: ProjectSession,
  wanted: InUse,
  before: InUseBefore | undefined,
  superseded: readonly Superseded[],
): Promise<Superseded[]> {
  const isOurs = ({ name }: CertificateAnswer) =>
    before?.certificates.includes(name) === true ||
    before?.ours?.includes(name) === true ||
    session.run.program.isInState(name) ||
    // The variable named it until this run took the variable over.
    wanted.variables.some(variable => session.valueBefore(variable) === name);
  const kept = await Promise.all(
    superseded.map(async one => {
      if (isOurs(one.certificate)) {
        session.noteOwn(one.certificate.name);
        return one;
      }
      const { objections, isRecent } = await session.safety.obstaclesTo(one.certificate, "orphan");
      return isRecent || objections.length > 0 ? undefined : one;
    }),
  );
  return kept.filter(one => one !== undefined);
}

/** Disables what is superseded where nobody would miss it; the new build binds what has to stay. */
async function disableSuperseded(
  session: ProjectSession,
  { environmentType: type, name: deployment, branch }: Target,
  superseded: readonly Superseded[],
): Promise<void> {
  const { log } = session.run;
  await Promise.all(
    superseded.map(async ({ certificate: { id, name, environments }, isNamed }) => {
      if (!environments[type]) return;
      if (!isNamed) {
        const { program } = session.run;
        program.noteInCode({ name: deployment, branchName: branch }, session.scope.project, [name]);
        const text =
          `MtlsCertificate '${name}' stays enabled for ${type}: no variable of the Redeployment of '${deployment}' ` +
          "named it, so its name may stand in the gateway's code. Remove its resource once the code has moved.";
        return log.warn(coded("ZUPLO1203", text));
      }
      const objections = (await session.safety.disable(id, [type])).get(type) ?? [];
      const held = objections.find(({ kind }) => kind === "held");
      if (held !== undefined) throw heldByRollback(held.deployment, type);
      if (objections.length === 0) return;
      const code = objections.some(({ kind }) => kind !== "unreadable") ? "ZUPLO1201" : "ZUPLO1202";
      const why = describeObjections(objections);
      log.warn(coded(code, `MtlsCertificate '${name}' stays enabled for ${type}: ${why}.`));
    }),
  );
}

/** What the build that is about to be asked for will have bound, of the certificates that are looked at here. */
async function bindingsOf(
  session: ProjectSession,
  { environmentType: type }: Target,
  { certificates }: InUse,
  superseded: readonly Superseded[],
): Promise<Pick<KnownBuild, "bound" | "released">> {
  const ids = new Set(superseded.map(({ certificate }) => certificate.id));
  const looked = (await session.certificates.list()).filter(
    ({ id, name }) => ids.has(id) || certificates.includes(name),
  );
  const idsWhere = (isEnabled: boolean) =>
    looked.filter(({ environments }) => environments[type] === isEnabled).map(({ id }) => id);
  return { bound: idsWhere(true), released: idsWhere(false) };
}

/** Only the lineages of certificates that are in the program of this run. */
async function sweepLineages(session: ProjectSession, { certificates }: InUse): Promise<void> {
  const own = certificates.filter(name => session.run.program.isInState(name));
  for (const family of new Set(own.map(familyOf))) await sweep(session, family);
}

/** A redeploy with a certificate that is missing or not enabled would break the deployment: better none at all. */
async function usableCertificates(
  session: ProjectSession,
  target: Target,
  { certificates, environmentType }: RollRequest,
): Promise<CertificateAnswer[]> {
  const type = target.environmentType;
  if (environmentType !== undefined && environmentType !== type) {
    throw invalid(
      target,
      `its environment type is ${type}, not ${environmentType}`,
      "Correct `environmentType`.",
    );
  }
  const missingFrom = (list: readonly CertificateAnswer[]) =>
    certificates.find(name => !list.some(certificate => certificate.name === name));
  let existing = await session.certificates.list();
  // Another stack may have uploaded it since the list was read.
  if (missingFrom(existing) !== undefined) existing = await session.certificates.refresh();
  const missing = missingFrom(existing);
  if (missing !== undefined) {
    throw invalid(
      target,
      `certificate '${missing}' does not exist`,
      "Upload it first, or correct `certificates`.",
    );
  }
  const isDisabled = ({ name, environments }: CertificateAnswer) =>
    certificates.includes(name) && !environments[type];
  for (const { id, name } of existing.filter(isDisabled)) {
    // Somebody has disabled what the program has enabled: a destroy that did not end, for instance.
    if (session.run.program.enables(name, type)) await session.safety.enable(id, [type]);
  }
  existing = await session.certificates.list();
  const disabled = existing.find(isDisabled);
  if (disabled !== undefined) {
    const advice = `Add "${type}" to the \`environments\` of the certificate, and run \`pulumi up\` again.`;
    throw invalid(target, `certificate '${disabled.name}' is not enabled for ${type}`, advice);
  }
  return existing;
}

function changedVariables(
  session: ProjectSession,
  wanted: InUse,
  before: InUse | undefined,
): ChangedVariable[] {
  return wanted.variables.flatMap(now => {
    const { branch, name } = now;
    const last = before?.variables.find(known => known.branch === branch && known.name === name)?.value;
    // One that was there before this run took it over.
    const value = last ?? session.valueBefore(now);
    return value === undefined || value === now.value ? [] : [{ last: { branch, name, value }, now }];
  });
}

/** What the deployment used before: as the state tells, and as the variables that were taken over did. */
function certificatesBefore(
  changed: readonly ChangedVariable[],
  before: InUse | undefined,
  superseded: readonly Superseded[],
): string[] {
  const named = superseded
    .map(({ certificate }) => certificate.name)
    .filter(name => changed.some(({ last }) => last.value === name));
  return [...new Set([...(before?.certificates ?? []), ...named])];
}

/** Whether there is something to go back to that worked, as far as can be told. */
function isWayBack(
  { environmentType }: Target,
  changed: readonly ChangedVariable[],
  before: InUse | undefined,
  existing: readonly CertificateAnswer[],
): boolean {
  const isTakenOver = ({ branch, name }: VariableValue) =>
    before?.variables.some(known => known.branch === branch && known.name === name) !== true;
  // A variable without a value works, too: the gateway then shows no certificate.
  const works = (value: string) =>
    value === "" ||
    existing.some(({ name, environments }) => name === value && environments[environmentType]);
  if (before === undefined && changed.length === 0) return false;
  return changed.every(({ last }) => !isTakenOver(last) || works(last.value));
}

/**
 * Sets the variables that an earlier run has set and may have put back in a rollback, of which the state of their own
 * resources does not know: those of this deployment, and those of others that name the same certificates. An old
 * certificate is disabled for all the deployments of a type, so all their variables come first.
 */
async function setLost(
  session: ProjectSession,
  { certificates }: RollRequest,
  changed: readonly ChangedVariable[],
  pending: readonly VariableValue[],
): Promise<void> {
  const setUnless = async (variable: VariableValue, isSet: (written: string | undefined) => boolean) =>
    session.exclusively(`variable/${variable.branch}/${variable.name}`, async () => {
      if (isSet(session.variables.writtenBy(variable))) return;
      await setVariable(session, variable, certificates);
      await session.noteVariable(variable);
    });
  const own = changed.map(({ now }) => setUnless(now, written => written === now.value));
  const { program } = session.run;
  // What this run has given another value is the program's, or a rollback's of this run; what is no longer in the
  // program is nobody's to set.
  const others = pending
    .filter(variable => certificates.includes(variable.value))
    .filter(variable => program.wantsVariable(session.scope.project, variable))
    .map(variable => setUnless(variable, written => written !== undefined));
  await Promise.all([...own, ...others]);
}

async function requireVerified(
  verification: Verification,
  target: Target,
  signal?: AbortSignal,
): Promise<void> {
  const result = await verify(verification, signal);
  if (result.ok) return;
  throw new VerificationFailed({
    operation: { verb: "verify", resource: "Redeployment", name: target.name },
    problem: result.problem,
    advice: "Check that the backend accepts the new certificate; correct it, and run `pulumi up` again.",
  });
}

/** A rollback elsewhere may have enabled the old certificate while this build was made: then it is bound once more. */
function requireUndisturbed(
  session: ProjectSession,
  target: Target,
  superseded: readonly Superseded[],
): void {
  const holder = superseded
    .map(({ certificate }) => session.heldBy(certificate.id, target.environmentType))
    .find(deployment => deployment !== undefined && deployment !== target.name);
  if (holder === undefined) return;
  throw new Conflict({
    operation: { verb: "redeploy", resource: "Redeployment", name: target.name },
    problem: `the new build works, but may bind the old certificate too, which the rollback of '${holder}' put back`,
    advice: `Correct what failed at '${holder}' and run \`pulumi up\` again: it redeploys both.`,
  });
}

/** The same error, which also tells what was restored. */
function withReport(error: RedeployFailed | VerificationFailed, report: RollbackReport): ZuploError {
  const { restored, durationMs, isBegun } = report;
  if (!isBegun) {
    const outcome = `Not rolled back, and nothing more was written: ${report.problem}`;
    return retold(error, outcome, report.code ?? "ZUPLO1401");
  }
  const list = restored.length === 0 ? "nothing" : restored.join(", ");
  const outcome = report.problem === undefined ? "" : `. The rollback did not complete: ${report.problem}`;
  return retold(error, `Rolled back in ${(durationMs / 1000).toFixed(1)} s: ${list}${outcome}`);
}

function withoutWayBack(error: RedeployFailed | VerificationFailed): ZuploError {
  return retold(error, "There was nothing to go back to, so nothing was rolled back", "ZUPLO1402");
}

function retold(error: RedeployFailed | VerificationFailed, outcome: string, code?: Code): ZuploError {
  const { operation, problem, advice } = error;
  const details = {
    operation,
    advice,
    problem: `${problem}. ${outcome}.`,
    ...(code === undefined ? {} : { code }),
  };
  return error instanceof RedeployFailed ? new RedeployFailed(details) : new VerificationFailed(details);
}

function heldByRollback(deployment: string, type: EnvironmentType): Conflict {
  return new Conflict({
    operation: { verb: "redeploy", resource: "Redeployment of the environment type", name: type },
    problem: `deployment '${deployment}' was rolled back in this run and needs the previous certificate`,
    advice: "Correct what failed there and run `pulumi up` again: it goes on with every deployment.",
  });
}

function invalid(target: Target, problem: string, advice: string): Invalid {
  const operation = { verb: "redeploy", resource: "Redeployment", name: target.name };
  return new Invalid({ operation, problem, advice });
}
