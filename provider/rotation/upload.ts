import { setTimeout as sleep } from "node:timers/promises";
import { nextFreeName } from "../certificates/name";
import type { CertificateFacts } from "../certificates/parse";
import { isSameCertificate } from "../certificates/recognise";
import type { ProjectSession } from "../projectSession";
import type { CertificateAnswer } from "../zuplo/answers";
import type { CertificateUpload } from "../zuplo/client";
import { Conflict, Invalid, Referenced, Unavailable } from "../zuplo/errors";
import { pauses } from "./gateway";

const maxAttempts = 6;
/** How far the clocks of Zuplo and of this machine may be apart, in milliseconds. */
const clockAllowanceMs = 60_000;

/**
 * Uploads a certificate. A generated name that is taken was left by a run that was killed, or belongs to a
 * certificate that the engine is about to delete: it is never adopted, but deleted if Zuplo lets it go, and
 * otherwise the next free suffix is taken. An answer that was lost is looked for, not repeated blindly.
 */
export async function upload(
  session: ProjectSession,
  body: CertificateUpload,
  facts: CertificateFacts,
  isGenerated: boolean,
): Promise<CertificateAnswer> {
  const { client, scope } = session;
  const startedAt = session.now();
  let name = body.name;
  for (let attempt = 1, pause = pauses(); ; attempt += 1) {
    try {
      const created = await client.createCertificate(scope, { ...body, name });
      await session.certificates.record(created);
      return created;
    } catch (error) {
      const wasLost = error instanceof Unavailable && error.maybeApplied;
      // A duplicate is 409 by custom and 400 by what is known of the API: the list tells which 400 it was.
      const mayBeTaken = error instanceof Conflict || error instanceof Invalid;
      if ((!wasLost && !mayBeTaken) || attempt === maxAttempts) throw error;
      const existing = await session.certificates.refresh();
      const holder = existing.find(certificate => certificate.name === name);
      if (holder === undefined) {
        if (!wasLost) throw error;
        await sleep(pause.next().value);
      } else if (isGenerated) {
        name = (await letGo(session, holder))
          ? name
          : nextFreeName(body.name, new Set(existing.map(certificate => certificate.name)));
      } else if (wasLost && isSameCertificate(holder, facts) && isYoungerThan(holder, startedAt)) {
        return holder;
      } else {
        throw nameTaken(body.name);
      }
    }
  }
}

async function letGo(session: ProjectSession, holder: CertificateAnswer): Promise<boolean> {
  try {
    await session.client.deleteCertificate(session.scope, holder.id, holder.name);
    await session.certificates.forget(holder.id);
    return true;
  } catch (error) {
    if (error instanceof Referenced) return false;
    throw error;
  }
}

function isYoungerThan({ createdOn }: CertificateAnswer, time: number): boolean {
  return createdOn !== undefined && Date.parse(createdOn) >= time - clockAllowanceMs;
}

function nameTaken(name: string): Conflict {
  return new Conflict({
    operation: { verb: "upload", resource: "MtlsCertificate", name },
    problem:
      "the project has a certificate of this name already, and a certificate cannot be changed under its name",
    advice:
      "Remove `name`, and each certificate gets a name of its own; or choose another; or import what exists.",
  });
}
