import { setTimeout as sleep } from "node:timers/promises";
import type { CertificateUpload } from "../api/client";
import { Conflict, Invalid, wasLost } from "../api/errors";
import { lagMs, whileLagging } from "../api/lag";
import { pauses } from "../api/pauses";
import type { CertificateResponse } from "../api/responses";
import { nextFreeName } from "../certificates/name";
import type { CertificateFacts } from "../certificates/parse";
import { isSameCertificate } from "../certificates/sameCertificate";
import { showName } from "../certificates/shownName";
import type { ProjectSession } from "../projectSession";
import type { Obstacles } from "./safety";

const maxAttempts = 6;
/** How far the clocks of Zuplo and of this machine may be apart, in milliseconds. */
const clockAllowanceMs = 60_000;

/**
 * Uploads a certificate. A generated name that is taken was left by a run that was killed, or belongs to a
 * certificate that the engine is about to delete: it is never adopted, but deleted if nobody uses it, and otherwise the
 * next free suffix is taken. A fixed name leaves no other one to take: its holder is deleted if it is the same certificate
 * and nobody uses it, as after a run that was killed. An answer that was lost is looked for, not repeated blindly.
 *
 * @param generated the name without a suffix, where the program gives none
 * @param isKept whether the program says that certificates of this resource are left at Zuplo
 */
export async function upload(
  session: ProjectSession,
  body: CertificateUpload,
  facts: CertificateFacts,
  { generated, isKept }: { generated: string | undefined; isKept: boolean },
): Promise<CertificateResponse> {
  const { client, scope } = session;
  const startedAt = session.run.now();
  let name = body.name;
  let wasEverLost = false;
  for (let attempt = 1, pause = pauses(); ; attempt += 1) {
    try {
      showName(name);
      const created = await client.createCertificate(scope, { ...body, name });
      await session.certificates.recordWritten(created, { isNew: true });
      return created;
    } catch (error) {
      const isLost = wasLost(error);
      wasEverLost ||= isLost;
      // A duplicate is 409 by custom and 400 by what is known of the API: the list tells which 400 it was.
      const mayBeTaken = error instanceof Conflict || error instanceof Invalid;
      if ((!isLost && !mayBeTaken) || attempt === maxAttempts) throw error;
      // The list may lag behind: who is told that the name is taken waits until it tells by whom.
      const waitMs = !isLost && (wasEverLost || error instanceof Conflict) ? lagMs : 0;
      const existing = await whileLagging(
        () => session.certificates.refresh(),
        all => all.some(certificate => certificate.name === name),
        waitMs,
        session.run.signal,
      );
      const holder = existing.find(certificate => certificate.name === name);
      if (holder === undefined) {
        if (!isLost) throw error;
        await sleep(pause.next().value);
      } else if (generated !== undefined) {
        // Younger than this run, and not by it: a stack of the same names is at work, and has not named it yet.
        const isOthers = !wasEverLost && isYoungerThan(holder, session.run.startedAt);
        name =
          !isOthers && (await deleteIfUnused(session, holder, isKept))
            ? name
            : nextFreeName(generated, new Set(existing.map(certificate => certificate.name)));
      } else if (!isSameCertificate(holder, facts)) {
        throw nameTaken(body.name, "another certificate");
      } else if (wasEverLost && isYoungerThan(holder, startedAt - clockAllowanceMs)) {
        return holder;
      } else if (!(await deleteIfUnused(session, holder, isKept))) {
        throw nameTaken(body.name, "a certificate in use");
      }
    }
  }
}

/** Deletes the holder of a name if nobody uses it: one of ours that a run has left that was killed, for instance. */
async function deleteIfUnused(
  session: ProjectSession,
  holder: CertificateResponse,
  isKept: boolean,
): Promise<boolean> {
  if (isKept) return false;
  const { safety, settling } = session;
  const isUnused = ({ objections, holders }: Obstacles) => objections.length === 0 && holders.length === 0;
  if (!isUnused(await safety.obstaclesTo(holder, "orphan"))) return false;
  // Another name costs no time, and a later run deletes this one.
  if (!(await settling.isOver(holder, settling.ofOrphan(holder.name)))) return false;
  return safety.eraseOrphan(holder, isUnused);
}

function isYoungerThan({ createdOn }: CertificateResponse, time: number): boolean {
  return createdOn !== undefined && Date.parse(createdOn) >= time;
}

function nameTaken(name: string, holder: string): Conflict {
  return new Conflict({
    operation: { verb: "upload", resource: "MtlsCertificate", name },
    problem: `the project already has ${holder} of this name, and Zuplo cannot replace a certificate under the same name`,
    advice: "Remove `name`, so that each certificate gets a name of its own; or choose another name.",
    code: "ZUPLO1221",
  });
}
