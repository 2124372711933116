import type { CertificateResponse, EnvironmentType } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import type { Along } from "./along";
import type { Build } from "./build";
import type { KnownBuild } from "./builds";
import { keepInForce } from "./inForce";
import { setForgotten, setLost } from "./lostVariables";
import type { ChangedVariable, RollbackPlan } from "./rollback";
import { aim, aimBack } from "./shown";
import {
  bindingsOf,
  type InUse,
  type InUseBefore,
  oursAmong,
  type Superseded,
  supersededBy,
} from "./superseded";
import type { Target } from "./target";
import { usableCertificates } from "./usable";
import type { AimedVerification, Verification } from "./verify";
import { certificatesBefore, changedBeside, changedVariables } from "./wayBack";

export interface RollRequest extends InUse {
  /** What the deployment's environment type must be, where that is known. */
  environmentType?: EnvironmentType | undefined;
  verification?: Verification | undefined;
  /** Whether only a build that is asked for from now on will do, whatever the last one has. */
  needsNewBuild: boolean;
  /** Whether a failure puts everything back. */
  rollback: boolean;
  /** How long to wait for the new build. */
  timeoutMs: number;
}

/** What becomes of a member: what it has rolled to, or what failed. */
export type Outcome = { rolled: Rolled } | { error: unknown };

/** A roll that succeeded: the build that is served, and what it has bound. */
export interface Rolled extends Build {
  bindings: KnownBuild;
  /** Name → id of the certificates that the deployment uses. */
  certificateIds: Record<string, string>;
  /** Name → when Zuplo had last changed them before the build, by all that this run knew of; ISO 8601. */
  changedOn: Record<string, string>;
  /** Ids of other generations, which this deployment has let go or had to keep. */
  earlier: string[];
  /** Names of other generations that the code of the deployment may still name. */
  inCode: string[];
}

/** What a Redeployment wants of the redeploy of its deployment, which it may share with others. */
export interface Member {
  wanted: RollRequest;
  before: InUseBefore | undefined;
  /** Where the resource stands, for the record. */
  resource: string | undefined;
  /** Tells who waits for it what is being done. */
  progress(doing: string): void;
  /** Called once what becomes of it is known; only the first call counts. */
  settle(outcome: Outcome): void;
}

/** The same, where everything has been looked at and set that must be before Zuplo is asked. */
export interface ReadyMember extends Member {
  /** The project's certificates. */
  existing: readonly CertificateResponse[];
  aimed: AimedVerification | undefined;
  superseded: readonly Superseded[];
}

/** Looks at what a member needs, and sets the variables that earlier runs have lost. */
export async function prepare(session: ProjectSession, target: Target, member: Member): Promise<ReadyMember> {
  const { wanted, before } = member;
  const existing = await usableCertificates(session, target, wanted);
  const { verification } = wanted;
  const aimed = verification && (await aim(session, target.name, verification, wanted));
  const superseded = await oursAmong(session, target, wanted, before, supersededBy(wanted, before, existing));
  await keepInForce(session, target);
  const changed = changedVariables(session, wanted, before);
  await setLost(session, target, wanted, changed, before?.pendingVariables ?? []);
  await setForgotten(session, target, wanted, before);
  return { ...member, existing, aimed, superseded };
}

/** What a member goes back to: the variables that it changes, and the names of the certificates of before. */
export interface WayBack {
  changed: ChangedVariable[];
  certificates: string[];
}

/** The same, by all that is known now: what is deleted beside the roll tells what it had. */
export function wayBackOf(
  session: ProjectSession,
  target: Target,
  { wanted, before, existing }: ReadyMember,
): WayBack {
  const changed = [
    ...changedVariables(session, wanted, before),
    ...changedBeside(session, target, wanted, existing),
  ];
  const certificates = wanted.rollback
    ? certificatesBefore(session, target, wanted, changed, before, existing)
    : [];
  return { changed, certificates };
}

/** What a member has rolled to. */
export function rolledTo(
  { certificates }: ProjectSession,
  { wanted, existing, superseded }: ReadyMember,
  build: Build,
  bindings: KnownBuild,
): Rolled {
  const used = existing.filter(({ name }) => wanted.certificates.includes(name));
  const kept = superseded.filter(({ certificate }) => bindings.bound.includes(certificate.id));
  const changedOn = used.flatMap(({ id, name, updatedOn }) => {
    // What this run writes while it waits for the build makes no difference to it.
    const known = certificates.written(id)?.updatedOn ?? updatedOn;
    return known === undefined ? [] : [[name, known] as const];
  });
  return {
    ...build,
    bindings,
    certificateIds: Object.fromEntries(used.map(({ name, id }) => [name, id])),
    changedOn: Object.fromEntries(changedOn),
    earlier: superseded.map(({ certificate }) => certificate.id),
    inCode: kept.filter(({ isNamed }) => !isNamed).map(({ certificate }) => certificate.name),
  };
}

/** Tells the record which certificates a deployment is about to go from, and to. */
export function recordBegin(
  { run: { program, recorder } }: ProjectSession,
  { name: deployment, branch, environmentType }: Target,
  { wanted, before, existing }: ReadyMember,
): void {
  const described = (name: string) => {
    const id = existing.find(certificate => certificate.name === name)?.id;
    return { name, ...(id === undefined ? {} : { id }), ...program.certificates.fingerprintOf(name) };
  };
  const from = { certificates: (before?.certificates ?? []).map(described) };
  const to = { certificates: wanted.certificates.map(described) };
  recorder.record({ step: "roll.begun", deployment, branch, environmentType, from, to });
}

/** How a member goes back to what it had before. */
export function planBack(session: ProjectSession, target: Target, member: ReadyMember): RollbackPlan {
  const { wanted, before, resource } = member;
  const { verification } = wanted;
  const { changed, certificates } = wayBackOf(session, target, member);
  const usedBefore = {
    certificates,
    variables: [...(before?.variables ?? []), ...changed.map(({ last }) => last)],
  };
  return {
    resource,
    certificates,
    refused: wanted.certificates.filter(name => !certificates.includes(name)),
    variables: changed,
    aim: verification && (() => aimBack(session, verification, usedBefore)),
  };
}

/** What the build that is about to be asked for will have bound, of the certificates that these look at. */
export async function bindingsOfAll(
  session: ProjectSession,
  target: Target,
  members: readonly ReadyMember[],
  along: readonly Along[],
): Promise<Pick<KnownBuild, "bound" | "released">> {
  const certificates = [...members.map(({ wanted }) => wanted), ...along].flatMap(each => each.certificates);
  const superseded = [...members, ...along].flatMap(each => each.superseded);
  return bindingsOf(session, target, { certificates, variables: [] }, superseded);
}
