import { Conflict } from "../api/errors";
import type { CertificateResponse, EnvironmentType } from "../api/responses";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { say } from "../text/vocabulary";
import type { VariableValue } from "./branchVariable";
import { canBind, type KnownBuild } from "./builds";
import type { Objection } from "./objections";
import { codeOfObjections, describeObjections } from "./objectionWords";
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
  /** Ids of other generations that earlier runs made or left: ours, however young they are. */
  ours?: readonly string[] | undefined;
  /** Names of other generations that the deployment's code may still name. */
  inCode?: readonly string[] | undefined;
}

export interface Superseded {
  certificate: CertificateResponse;
  /** Whether a variable of the deployment named it. Otherwise its name may stand in the gateway's code. */
  isNamed: boolean;
  /** Whether the state says that the deployment has used it, or may use it still. */
  wasUsed: boolean;
  /** Whether one that the deployment uses now is of the same lineage, and takes its place. */
  isReplaced: boolean;
}

/**
 * The certificates that a deployment no longer uses: those it had before and has no longer, and every other
 * generation of those it uses now. The latter are found by their name, so that a run which was killed leaves
 * nothing that the next one does not know of.
 */
export function supersededBy(
  wanted: InUse,
  before: InUseBefore | undefined,
  existing: readonly CertificateResponse[],
): Superseded[] {
  const inUse = new Set(wanted.certificates);
  const dropped = new Set(before?.certificates);
  const families = new Set(wanted.certificates.map(familyOf).filter(family => family !== undefined));
  const values = [...(before?.variables ?? []), ...wanted.variables].map(({ value }) => value);
  return existing.flatMap((certificate): Superseded[] => {
    const { name } = certificate;
    if (inUse.has(name)) return [];
    const family = familyOf(name);
    const isReplaced = family !== undefined && families.has(family);
    if (dropped.has(name)) {
      const isNamed = before?.variables.some(({ value }) => value === name) === true;
      return [{ certificate, isNamed, wasUsed: true, isReplaced }];
    }
    if (!isReplaced) return [];
    const isNamed = values.some(value => familyOf(value) === family);
    return [{ certificate, isNamed, wasUsed: before?.inCode?.includes(name) === true, isReplaced }];
  });
}

/**
 * Those that are ours for certain, and of the others of the same lineage those that are old enough and that no variable
 * names anywhere: another stack may have the same lineage, where project, stack and resource have the same names.
 */
export async function oursAmong(
  session: ProjectSession,
  target: Target,
  wanted: InUse,
  before: InUseBefore | undefined,
  superseded: readonly Superseded[],
): Promise<Superseded[]> {
  const deployment = await session.deployments.get(target.name);
  // The variable named it until this run took the variable over, and the deployment was built with it. What is younger
  // than that build has only the same name.
  const wasServed = (certificate: CertificateResponse) =>
    wanted.variables.some(variable => session.ledger.valueBefore(variable) === certificate.name) &&
    deployment !== undefined &&
    canBind(deployment, certificate);
  const isOurs = (certificate: CertificateResponse) =>
    before?.certificates.includes(certificate.name) === true ||
    before?.ours?.includes(certificate.id) === true ||
    session.run.program.certificates.isInState(certificate.name, session.scope.project) ||
    session.ledger.isOwn(certificate) ||
    wasServed(certificate);
  const kept = await Promise.all(
    superseded.map(async one => {
      if (isOurs(one.certificate)) {
        session.ledger.noteOwn(one.certificate);
        return one;
      }
      const { objections, isRecent } = await session.safety.obstaclesTo(one.certificate, "orphan");
      return isRecent || objections.length > 0 ? undefined : one;
    }),
  );
  return kept.filter(one => one !== undefined);
}

/** Disables what is superseded where nobody would miss it; the new build binds what has to stay. */
export async function disableSuperseded(
  session: ProjectSession,
  { environmentType: type, name: deployment, branch }: Target,
  superseded: readonly Superseded[],
): Promise<void> {
  const { log, program } = session.run;
  await Promise.all(
    superseded.map(async one => {
      const { certificate, isNamed, wasUsed } = one;
      const { id, name } = certificate;
      const { environments } = (await session.certificates.get(id)) ?? certificate;
      if (!environments[type]) {
        // Another deployment has let it go in this run, when nobody knew yet that this one's code may name it.
        if (isNamed || !wasUsed || !session.builds.isDisabled(certificate, type)) return;
        await session.safety.enable(id, [type]);
      }
      if (!isNamed) {
        program.redeployments.noteInCode({ name: deployment, branchName: branch }, session.scope.project, [
          name,
        ]);
        const text =
          `MtlsCertificate '${name}' stays enabled for ${type}: no variable of the Redeployment of '${deployment}' ` +
          "named it, so its name may be in the gateway's code. Remove its resource once the code no longer names it.";
        return log.warn(coded("ZUPLO1203", text));
      }
      const { objections } = await disableNamed(session, { environmentType: type, name: deployment }, one);
      const held = objections.find(({ kind }) => kind === "held");
      if (held !== undefined) throw heldByRollback(held.deployment, type);
      if (objections.length === 0) return;
      const why = describeObjections(objections);
      log.warn(
        coded(codeOfObjections(objections), `MtlsCertificate '${name}' stays enabled for ${type}: ${why}.`),
      );
    }),
  );
}

/** Disables what variables of a deployment have named, where nobody would miss it. */
export async function disableNamed(
  session: ProjectSession,
  { environmentType: type, name: deployment }: Pick<Target, "environmentType" | "name">,
  { certificate, isReplaced }: Superseded,
): Promise<{ isDisabled: boolean; objections: Objection[] }> {
  const { program } = session.run;
  const { id, name } = certificate;
  const stays = { isDisabled: false, objections: [] };
  // It has a resource of its own, which says for which types it is enabled.
  if (program.certificates.enables(session.scope.project, name, type)) return stays;
  // Or it may have one that this run has not come to, and whose users it has not come to either: where it has left the
  // program, its own removal takes it out.
  const isKnown = isReplaced || program.certificates.isInState(name, session.scope.project);
  if (!isKnown && (await session.objections.mayBeInCode(certificate, type, deployment))) return stays;
  const objections = (await session.safety.disable(id, [type])).get(type) ?? [];
  return { isDisabled: objections.length === 0, objections };
}

/** What the build that is about to be asked for will have bound, of the certificates that are looked at here. */
export async function bindingsOf(
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

/** A rollback elsewhere may have enabled the old certificate while this build was made: then it is bound once more. */
export function requireUndisturbed(
  session: ProjectSession,
  target: Target,
  superseded: readonly Superseded[],
): void {
  const holder = superseded
    .map(({ certificate }) => session.ledger.heldBy(certificate.id, target.environmentType))
    .find(deployment => deployment !== undefined && deployment !== target.name);
  if (holder === undefined) return;
  throw new Conflict({
    operation: { verb: "redeploy", resource: "deployment", name: target.name },
    problem: `the new build works, but may bind the old certificate too, which the rollback of '${holder}' put back`,
    advice: `Correct what failed at '${holder}' and run ${say.apply} again: it redeploys both.`,
    code: "ZUPLO1412",
  });
}

export function heldByRollback(deployment: string, type: EnvironmentType): Conflict {
  return new Conflict({
    operation: { verb: "redeploy", resource: "deployments of environment type", name: type },
    problem: `deployment '${deployment}' was rolled back in this run and needs the previous certificate`,
    advice: `Correct what failed there and run ${say.apply} again: it then continues with every deployment.`,
    code: "ZUPLO1412",
  });
}
