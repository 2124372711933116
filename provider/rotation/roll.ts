import { Cancelled, Conflict, RedeployFailed, VerificationFailed, type ZuploError } from "../api/errors";
import type { CertificateResponse, EnvironmentType } from "../api/responses";
import type { VariableValue } from "../program";
import type { ProjectSession } from "../projectSession";
import { say } from "../text/vocabulary";
import { type Build, isDeployedAgain, redeploy } from "./build";
import type { KnownBuild } from "./builds";
import { type ChangedVariable, type RollbackReport, rollBack, setVariable } from "./rollback";
import { aim, aimBack } from "./shown";
import {
  bindingsOf,
  disableSuperseded,
  type InUse,
  type InUseBefore,
  ownAmong,
  requireUndisturbed,
  type Superseded,
  supersededBy,
} from "./superseded";
import { sweep } from "./sweep";
import type { Target } from "./target";
import { isUsable, usableCertificates } from "./usable";
import type { AimedVerification, Verification, VerificationResult } from "./verify";
import { verifyBuild } from "./verifyBuild";
import {
  asFailure,
  certificatesBefore,
  changedVariables,
  isWayBack,
  withoutWayBack,
  withReport,
} from "./wayBack";

/** Cloudflare's own status: what it got from the origin makes no sense to it. */
const cloudflareUnknownError = 520;

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
  /** Ids of other generations, which this deployment has let go or had to keep. */
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
  for (const family of session.run.program.families()) await sweep(session, family);
  return rolled;
}

async function rollAlone(
  session: ProjectSession,
  target: Target,
  wanted: RollRequest,
  before: InUseBefore | undefined,
): Promise<Rolled> {
  const existing = await usableCertificates(session, target, wanted);
  const { verification } = wanted;
  const aimed = verification && (await aim(session, target.name, verification, wanted));
  const superseded = await ownAmong(session, target, wanted, before, supersededBy(wanted, before, existing));
  const changed = changedVariables(session, wanted, before);
  await setLost(session, wanted, changed, before?.pendingVariables ?? []);
  if (before === undefined) await setForgotten(session, target, wanted);
  const back = wanted.rollback ? certificatesBefore(changed, before, existing) : [];
  return session.withWayBack(target.name, back, async () => {
    let isRequested = false;
    const onRequested = () => {
      isRequested = true;
    };
    try {
      return await rebuild(session, target, { ...wanted, aimed, onRequested }, existing, superseded);
    } catch (thrown) {
      if (thrown instanceof Conflict) throw new RollFailed(thrown);
      const isFailure = thrown instanceof RedeployFailed || thrown instanceof VerificationFailed;
      // Who cancels wants nothing more to be written, and a dead engine would not learn of it.
      const isCancelled = thrown instanceof Cancelled || session.run.signal?.aborted === true;
      if (!isFailure && (!isRequested || isCancelled)) throw thrown;
      const error = asFailure(target, thrown);
      if (!wanted.rollback) throw new RollFailed(error);
      if (!isWayBack(target, changed, before, existing)) throw new RollFailed(withoutWayBack(error));
      const usedBefore = {
        certificates: back,
        variables: [...(before?.variables ?? []), ...changed.map(({ last }) => last)],
      };
      const plan = {
        target,
        certificates: back,
        variables: changed,
        timeoutMs: wanted.timeoutMs,
        aim: verification && (() => aimBack(session, verification, usedBefore)),
      };
      const report = await rollBack(session, plan);
      throw new RollFailed(withReport(error, report), report);
    }
  });
}

async function rebuild(
  session: ProjectSession,
  target: Target,
  wanted: RollRequest & { aimed: AimedVerification | undefined; onRequested(): void },
  existing: readonly CertificateResponse[],
  superseded: readonly Superseded[],
): Promise<Rolled> {
  const { timeoutMs, aimed, onRequested } = wanted;
  await disableSuperseded(session, target, superseded);
  let bindings: Awaited<ReturnType<typeof bindingsOf>> = { bound: [], released: [] };
  const beforeRequest = async () => {
    bindings = await bindingsOf(session, target, wanted, superseded);
  };
  const build = await redeploy(session, target, timeoutMs, { beforeRequest, onRequested });
  if (aimed !== undefined) {
    const requireVerified = async () =>
      requireOk(target, await verifyBuild(session, target, build, aimed, wanted.certificates));
    await requireVerified();
    if (await isDeployedAgain(session, target, build, timeoutMs)) await requireVerified();
  }
  requireUndisturbed(session, target, superseded);
  const known = { ...bindings, deployedOn: build.deployedOn };
  session.builds.note(target.name, known);
  const ids = existing.filter(({ name }) => wanted.certificates.includes(name));
  const kept = superseded.filter(({ certificate }) => known.bound.includes(certificate.id));
  return {
    ...build,
    bindings: known,
    certificateIds: Object.fromEntries(ids.map(({ name, id }) => [name, id])),
    earlier: superseded.map(({ certificate }) => certificate.id),
    inCode: kept.filter(({ isNamed }) => !isNamed).map(({ certificate }) => certificate.name),
  };
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
  const { project } = session.scope;
  const lost = pending
    .filter(variable => certificates.includes(variable.value))
    .filter(variable => program.wantsVariable(project, variable) && !program.isRolled(project, variable));
  const others = lost.map(async variable => {
    const found = (await session.variablesOf(variable.branch))?.values.get(variable.name);
    if (found === variable.value) return;
    // Where the branch could not use it, its own Redeployment says so.
    if (!(await isUsable(session, variable))) return;
    if (found !== undefined) program.noteOverwritten(project, variable);
    await setUnless(variable, written => written !== undefined);
  });
  await Promise.all([...own, ...others]);
}

/**
 * A Redeployment that no state knows may follow one that the state forgot after a rollback: the variables' own resources
 * believe that they have been set.
 */
async function setForgotten(
  session: ProjectSession,
  { name, branch: branchName }: Target,
  { variables, certificates }: InUse,
): Promise<void> {
  const { program } = session.run;
  const unwritten = variables.filter(
    variable =>
      variable.branch === branchName &&
      session.variables.writtenBy(variable) === undefined &&
      program.wantsVariable(session.scope.project, variable),
  );
  if (unwritten.length === 0) return;
  const told = await session.variables.of({ name, branchName });
  for (const variable of unwritten) {
    if (told?.values.get(variable.name) === variable.value) continue;
    await setVariable(session, variable, certificates);
    await session.noteVariable(variable);
  }
}

function requireOk(target: Target, result: VerificationResult): void {
  if (result.ok) return;
  const operation = { verb: "verify", resource: "Redeployment", name: target.name };
  const { problem } = result;
  if (result.isUnproven) {
    const advice = `The gateway shows another certificate, or none: see whether its code reads the variable that the program sets. Correct it, and run ${say.apply} again.`;
    throw new VerificationFailed({ operation, problem, advice, code: "ZUPLO1404" });
  }
  const advice =
    result.status === cloudflareUnknownError
      ? `A backend behind a proxied Cloudflare zone answers 520 to every client certificate: let the gateway call an address that Cloudflare does not proxy, and run ${say.apply} again.`
      : `Check that the backend accepts the new certificate; correct it, and run ${say.apply} again.`;
  throw new VerificationFailed({ operation, problem, advice, code: "ZUPLO1410" });
}
