import { Cancelled, ZuploError } from "../api/errors";
import type { CertificateResponse, DeploymentResponse } from "../api/responses";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import { as } from "../record/acting";
import { coded } from "../text/codes";
import { quote } from "../text/redact";
import { typeOf } from "./builds";
import { enabledTypes } from "./environments";
import { describeUse } from "./inUse";
import { sweepLock } from "./locks";
import { isFree } from "./safety";

/**
 * Deletes what earlier runs left of a lineage: known to no state, and used by nobody. What is still enabled is disabled
 * first, where nobody would miss it, so that the next builds let it go. What fails here is left for the next run.
 *
 * @param settleMs at the end of a run: for how long what has just been released is waited for. Without it that is left,
 * since a later stage does not wait for it
 * @param leaving the one whose deletion sweeps, where a state alone tells of it
 */
export async function sweep(
  session: ProjectSession,
  family: string,
  settleMs?: number,
  leaving?: CertificateResponse,
): Promise<void> {
  try {
    const isTold = session.run.program.certificates.families().has(family);
    // A younger one that is disabled was replaced: the engine may have yet to come to it, and its state may keep it.
    const isLeft = (certificate: CertificateResponse) =>
      isTold || enabledTypes(certificate).length > 0 || !isYounger(certificate, leaving);
    const staying = await as({ because: "left by an earlier run" }, () =>
      sweepFamily(session, family, isLeft, settleMs),
    );
    if (leaving === undefined) return;
    session.ledger.noteDepartedSwept(family, leaving, staying.length === 0);
    // No later run looks for it.
    if (!isTold) for (const id of staying) await sayLeft(session, id);
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof ZuploError)) throw error;
    const text = `What earlier runs left of '${family}…' stays for now: ${error.problem}. A later run deletes it.`;
    session.run.log.info(coded("ZUPLO1204", text));
  }
}

/** The same for every lineage of the program besides one, without a wait. */
export async function sweepProgram(session: ProjectSession, besides?: string): Promise<void> {
  for (const family of session.run.program.certificates.families())
    if (family !== besides) await sweep(session, family);
}

/** The same for the lineages besides one that have left the program in this run, where something had to stay. */
export async function sweepDeparted(
  session: ProjectSession,
  besides: string | undefined,
  settleMs: number,
): Promise<void> {
  for (const [family, leaving] of session.ledger.unsweptDeparted())
    if (family !== besides) await sweep(session, family, settleMs, leaving);
}

/** @returns the ids of those that had to stay. */
async function sweepFamily(
  session: ProjectSession,
  family: string,
  isLeft: (certificate: CertificateResponse) => boolean,
  settleMs?: number,
): Promise<string[]> {
  const { program, log } = session.run;
  if (program.certificates.keeps(name => familyOf(name) === family)) return [];
  const left = (await session.certificates.list()).filter(
    certificate =>
      familyOf(certificate.name) === family &&
      !program.certificates.isInState(certificate.name, session.scope.project) &&
      isLeft(certificate),
  );
  const staying: string[] = [];
  for (const { id, name } of left) {
    const erase = () => session.exclusively(sweepLock(id), () => tryErase(session, id, settleMs));
    let outcome = await erase();
    if (outcome === "settling" && settleMs !== undefined) {
      const certificate = await session.certificates.get(id);
      if (certificate !== undefined)
        await session.settling.wait(certificate, session.settling.ofOrphan(name, settleMs));
      outcome = await erase();
    }
    if (outcome !== "erased") {
      staying.push(id);
      continue;
    }
    const text = `MtlsCertificate '${name}', left by an earlier run, is deleted: nothing uses it.`;
    log.info(coded("ZUPLO1210", text));
  }
  return staying;
}

async function sayLeft(session: ProjectSession, id: string): Promise<void> {
  const { certificates, ledger, safety, run } = session;
  const certificate = await certificates.get(id);
  if (certificate === undefined || !ledger.isFirstSaidLeft(id)) return;
  const { isRecent, objections, holders } = await safety.obstaclesTo(certificate, "orphan");
  const isNew = isRecent && objections.length === 0 && holders.length === 0;
  const why = isNew ? "another run may have just uploaded it" : describeUse(objections, holders);
  const text =
    `MtlsCertificate '${quote(certificate.name)}', left by an earlier run, stays at Zuplo: ${why}. ` +
    `Once it is free, \`pulumi-zuplo prune ${quote(id)}\` deletes it.`;
  run.log.warn(coded("ZUPLO1204", text));
}

/** @returns what has become of it: "settling", where only a location of Zuplo's edge may need it still. */
async function tryErase(
  session: ProjectSession,
  id: string,
  settleMs?: number,
): Promise<"erased" | "left" | "settling"> {
  const { certificates, safety, settling, run, scope } = session;
  const known = await certificates.get(id);
  if (known === undefined || run.program.redeployments.isYetToLeave(scope.project, known.name)) return "left";
  const { isRecent, objections, holders } = await safety.obstaclesTo(known, "orphan");
  if (isRecent || objections.length > 0) return "left";
  const enabled = enabledTypes(known);
  const mayNeedIt = (holder: DeploymentResponse) =>
    !holder.isWorkingCopy &&
    enabled.includes(typeOf(holder)) &&
    !run.program.redeploys(scope.project, { name: holder.name, branchName: holder.branchName });
  // A later stage, of which the program has not told yet, may say that its code names it.
  if (settleMs === undefined && holders.some(mayNeedIt)) return "left";
  await safety.disable(id, enabled);
  const now = (await certificates.get(id)) ?? known;
  if (!isFree(await safety.obstaclesTo(now, "orphan"))) return "left";
  if (!(await settling.isOver(now, settling.ofOrphan(now.name, settleMs)))) return "settling";
  return (await safety.eraseOrphan(now, isFree)) ? "erased" : "left";
}

function isYounger({ createdOn }: CertificateResponse, other: CertificateResponse | undefined): boolean {
  return Date.parse(createdOn ?? "") > Date.parse(other?.createdOn ?? "");
}
