import { familyOf } from "../certificates/name";
import { coded } from "../codes";
import type { ProjectSession } from "../projectSession";
import { Cancelled, ZuploError } from "../zuplo/errors";
import { enabledTypes } from "./environments";
import { isFree } from "./safety";

/**
 * Deletes what earlier runs left of a lineage: known to no state, and used by nobody. What is still enabled is disabled
 * first, where nobody would miss it, so that the next builds let it go. What fails here is left for the next run.
 */
export async function sweep(session: ProjectSession, family: string): Promise<void> {
  try {
    await sweepFamily(session, family);
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof ZuploError)) throw error;
    const text = `What earlier runs left of '${family}…' stays for now: ${error.problem}. A later run deletes it.`;
    session.run.log.info(coded("ZUPLO1204", text));
  }
}

async function sweepFamily(session: ProjectSession, family: string): Promise<void> {
  const { program, log } = session.run;
  if (program.keeps(name => familyOf(name) === family)) return;
  const left = (await session.certificates.list()).filter(
    ({ name }) => familyOf(name) === family && !program.isInState(name),
  );
  for (const certificate of left) {
    await session.exclusively(`sweep/${certificate.id}`, async () => {
      const known = await session.certificates.get(certificate.id);
      if (known === undefined) return;
      const first = await session.safety.obstaclesTo(known, "orphan");
      if (first.isRecent || first.objections.length > 0) return;
      await session.safety.disable(known.id, enabledTypes(known));
      const now = (await session.certificates.get(known.id)) ?? known;
      if (!isFree(await session.safety.obstaclesTo(now, "orphan"), now)) return;
      if ((await session.safety.erase(now)) !== undefined) return;
      log.info(
        coded(
          "ZUPLO1210",
          `MtlsCertificate '${now.name}', left by an earlier run, is deleted: nothing uses it.`,
        ),
      );
    });
  }
}
