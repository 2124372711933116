import type { ProjectSession, VariableValue } from "../projectSession";
import type { CertificateAnswer, EnvironmentType } from "../zuplo/answers";
import { Conflict, Invalid, RedeployFailed, VerificationFailed, type ZuploError } from "../zuplo/errors";
import { type Build, redeploy } from "./build";
import { disableFor } from "./environments";
import { type Verification, verify } from "./gateway";
import { type RollbackReport, rollBack, setVariable } from "./rollback";
import { supersededBy } from "./superseded";
import type { Target } from "./target";

/** What a deployment uses: the names of its certificates, and its variables. */
export interface InUse {
  certificates: readonly string[];
  variables: readonly VariableValue[];
}

/** What a deployment used before. */
export interface InUseBefore extends InUse {
  /** Variables, of other deployments too, that a run which failed has set, and that its rollbacks may have put back. */
  pendingVariables?: readonly VariableValue[] | undefined;
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

/** Disable what is superseded, redeploy once, wait for the new build, verify it, and put everything back if it fails. */
export function roll(
  session: ProjectSession,
  target: Target,
  wanted: RollRequest,
  before: InUseBefore | undefined,
  signal?: AbortSignal,
): Promise<Build> {
  // Another redeploy of the same deployment would be mistaken for this one.
  return session.exclusively(`deployment/${target.name}`, async () => {
    const existing = await usableCertificates(session, target, wanted);
    const superseded = supersededBy(wanted.certificates, before?.certificates ?? [], existing);
    for (const { id, name } of superseded) if (!before?.certificates.includes(name)) session.noteOrphan(id);
    const changed = changedVariables(wanted, before);
    await setLost(session, wanted, changed, before?.pendingVariables ?? []);
    const { timeoutMs, verification } = wanted;
    try {
      await Promise.all(superseded.map(({ id }) => disableFor(session, id, target.environmentType)));
      const build = await redeploy(session, target, timeoutMs, signal);
      if (verification !== undefined) await requireVerified(verification, target, signal);
      requireUndisturbed(session, target, superseded);
      for (const { id } of superseded) session.noteReleased(id, target.name);
      return build;
    } catch (error) {
      if (error instanceof Conflict) throw new RollFailed(error);
      if (!(error instanceof RedeployFailed || error instanceof VerificationFailed)) throw error;
      if (before === undefined || !wanted.rollback) throw new RollFailed(error);
      const { certificates } = before;
      const variables = changed.map(({ last }) => last);
      const plan = { target, certificates, variables, timeoutMs, verification };
      const report = await rollBack(session, plan, signal);
      throw new RollFailed(withReport(error, report), report);
    }
  });
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
  const disabled = existing.find(
    ({ name, environments }) => certificates.includes(name) && !environments[type],
  );
  if (disabled !== undefined) {
    const advice = `Add "${type}" to the \`environments\` of the certificate, and run \`pulumi up\` again.`;
    throw invalid(target, `certificate '${disabled.name}' is not enabled for ${type}`, advice);
  }
  return existing;
}

interface ChangedVariable {
  last: VariableValue;
  now: VariableValue;
}

function changedVariables(wanted: InUse, before: InUse | undefined): ChangedVariable[] {
  return wanted.variables.flatMap(now => {
    const last = before?.variables.find(({ branch, name }) => branch === now.branch && name === now.name);
    return last === undefined || last.value === now.value ? [] : [{ last, now }];
  });
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
      if (isSet(session.written(variable))) return;
      await setVariable(session, variable, certificates);
      session.noteVariable(variable);
    });
  const own = changed.map(({ now }) => setUnless(now, written => written === now.value));
  // What this run has given another value is the program's, or a rollback's of this run.
  const others = pending
    .filter(({ value }) => certificates.includes(value))
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
  superseded: readonly CertificateAnswer[],
): void {
  const holder = superseded
    .map(({ id }) => session.heldBy(id, target.environmentType))
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
  const { operation, problem, advice } = error;
  const seconds = (report.durationMs / 1000).toFixed(1);
  const restored = report.restored.length === 0 ? "nothing" : report.restored.join(", ");
  const outcome = report.problem === undefined ? "" : ` The rollback did not complete: ${report.problem}.`;
  const details = {
    operation,
    advice,
    problem: `${problem}. Rolled back in ${seconds} s: ${restored}.${outcome}`,
  };
  return error instanceof RedeployFailed ? new RedeployFailed(details) : new VerificationFailed(details);
}

function invalid(target: Target, problem: string, advice: string): Invalid {
  const operation = { verb: "redeploy", resource: "Redeployment", name: target.name };
  return new Invalid({ operation, problem, advice });
}
