import { Cancelled, ZuploError } from "../api/errors";
import type { BoundCertificate } from "../program/certificates";
import type { ProjectSession } from "../projectSession";
import { as } from "../record/acting";
import { placeInRecord } from "../record/recorded";
import { isSameVariable, type VariableValue } from "./branchVariable";
import { type Build, readDeployment } from "./build";
import type { KnownBuild } from "./builds";
import type { ReadyMember } from "./member";
import { isFailure, isUnfinished } from "./observation";
import { disableNamed, type InUse, type Superseded, supersededBy } from "./superseded";
import type { Target } from "./target";

/** What a build takes on for a Redeployment whose turn may still come: what it wants, and what it lets go. */
export interface Along extends InUse {
  superseded: readonly Superseded[];
  /** How often this run had set its variable. */
  timesWritten: number;
}

/** A build of this run that works for all that have asked for it, and what it has taken along for others. */
export interface ServedRoll {
  build: Build;
  known: KnownBuild;
  along: readonly Along[];
  /** When it was served, as the builds of the run count. */
  servedAt: number;
}

/**
 * An engine that works on few resources at a time brings the Redeployments of a deployment one after the other. The build
 * that is about to be asked for takes along what bindings use there for which everything else is done: the certificate
 * is enabled, this run has set the variable to it, and the one before is disabled here, where nobody would miss it. In
 * their own turn, their Redeployments find the build in service, and verify it.
 *
 * @param members what those want who have asked for it
 */
export async function takeAlong(
  session: ProjectSession,
  target: Target,
  members: readonly InUse[],
): Promise<Along[]> {
  const { name, branch } = target;
  const others = session.run.program.certificates
    .boundAt(session.scope.project, { name, branchName: branch })
    .filter(bound => !members.some(({ certificates }) => certificates.includes(bound.name)));
  const taken = await Promise.all(
    others.map(bound =>
      as({ resource: placeInRecord(bound.identity), because: "superseded" }, () =>
        alongOf(session, target, bound).catch(error => {
          // Its own turn tells what is wrong.
          if (error instanceof ZuploError && !(error instanceof Cancelled)) return undefined;
          throw error;
        }),
      ),
    ),
  );
  return taken.filter(along => along !== undefined);
}

/** Whether the build has all that these want: what is left to do for them is to verify it. */
export async function isServedBy(
  session: ProjectSession,
  target: Target,
  { build, known, along, servedAt }: ServedRoll,
  members: readonly ReadyMember[],
): Promise<boolean> {
  const { name, branch, environmentType: type } = target;
  const isAlong = ({ wanted }: ReadyMember) =>
    !wanted.needsNewBuild && along.some(one => isSameUse(one, wanted) && isUnwritten(session, one));
  if (!members.every(isAlong)) return false;
  if (session.builds.isRebuiltSince(name, servedAt)) return false;
  const deployment = await readDeployment(session, target);
  if (deployment?.updatedOn === undefined || deployment.updatedOn !== build.deployedOn) return false;
  if (isUnfinished(deployment) || isFailure(deployment)) return false;
  const told = await session.variables.of({ name, branchName: branch });
  const isBuiltIn = ({ wanted, existing }: ReadyMember) =>
    wanted.certificates.every(used =>
      existing.some(certificate => certificate.name === used && known.bound.includes(certificate.id)),
    );
  const isAsBuilt = (variable: VariableValue) => {
    const found = session.reportedValue(told, variable);
    return session.variables.stillHas(variable) && (found === undefined || found === variable.value);
  };
  const isReleased = async ({ certificate }: Superseded) => {
    const now = (await session.certificates.get(certificate.id)) ?? certificate;
    return !now.environments[type] && session.builds.binds(deployment, now) === "no";
  };
  const released = await Promise.all(members.flatMap(({ superseded }) => superseded.map(isReleased)));
  return (
    released.every(Boolean) &&
    members.every(member => isBuiltIn(member) && member.wanted.variables.every(isAsBuilt))
  );
}

async function alongOf(
  session: ProjectSession,
  target: Target,
  { name: certificate, variable, previousName }: BoundCertificate,
): Promise<Along | undefined> {
  const { branch, environmentType: type } = target;
  const now = { branch, name: variable, value: certificate };
  const timesWritten = session.variables.timesWritten(now);
  // What this run has not set, it has no reason to redeploy.
  if (session.variables.writtenValueOf(now) !== certificate) return undefined;
  if (session.ledger.failedAt(now) !== undefined) return undefined;
  const existing = await session.certificates.list();
  const isEnabled = existing.some(one => one.name === certificate && one.environments[type]);
  if (!isEnabled) return undefined;
  const wanted = { certificates: [certificate], variables: [now] };
  const before = previousName === undefined ? undefined : usedBefore(now, previousName);
  const superseded = supersededBy(wanted, before, existing).filter(({ wasUsed }) => wasUsed);
  const disabled = await Promise.all(superseded.map(one => disableNamed(session, target, one)));
  if (!disabled.every(({ isDisabled }) => isDisabled)) return undefined;
  return { ...wanted, superseded, timesWritten };
}

function usedBefore(variable: VariableValue, certificate: string): InUse {
  return { certificates: [certificate], variables: [{ ...variable, value: certificate }] };
}

/** Whether this run has not set its variables since: what the build got was right then. */
function isUnwritten(session: ProjectSession, { variables, timesWritten }: Along): boolean {
  return variables.every(variable => session.variables.timesWritten(variable) === timesWritten);
}

/** Whether two use the same certificates, and the same values of the same variables. */
function isSameUse(one: InUse, other: InUse): boolean {
  const names = new Set(other.certificates);
  const has = (variable: VariableValue) =>
    other.variables.some(each => isSameVariable(each, variable) && each.value === variable.value);
  return (
    one.certificates.length === names.size &&
    one.certificates.every(name => names.has(name)) &&
    one.variables.length === other.variables.length &&
    one.variables.every(has)
  );
}
