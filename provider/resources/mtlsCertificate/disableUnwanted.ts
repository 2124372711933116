import type { EnvironmentType } from "../../api/responses";
import type { ProjectSession } from "../../projectSession";
import { codeOfObjections, describeHolders, describeObjections } from "../../rotation/objectionWords";
import { coded } from "../../text/codes";

/**
 * Disables a certificate for environment types that the program no longer wants, but for those where a branch still
 * needs it.
 *
 * @param reason why they are not wanted
 * @returns the types for which it stays enabled.
 */
export async function disableUnwanted(
  project: ProjectSession,
  { id, name }: { id: string; name: string },
  unwanted: readonly EnvironmentType[],
  reason = "`environments` no longer lists it",
): Promise<EnvironmentType[]> {
  const { log } = project.run;
  const found = await project.certificates.get(id);
  if (unwanted.includes("development") && found?.environments.development) {
    const copies = (await project.deployments.list()).filter(({ isWorkingCopy }) => isWorkingCopy);
    if (copies.length > 0) {
      const text = `MtlsCertificate '${name}' is disabled for development, and working copies lose it with their next save: ${describeHolders(copies)}.`;
      log.warn(coded("ZUPLO1208", text));
    }
  }
  // That no preview is open says nothing of the API key, and the program wants it.
  const kept = await project.safety.disable(
    id,
    unwanted,
    objection => objection.kind === "unseen" && objection.type !== "production",
  );
  for (const [type, objections] of kept) {
    const why = describeObjections(objections);
    log.warn(
      coded(
        codeOfObjections(objections),
        `MtlsCertificate '${name}' stays enabled for ${type}, although ${reason}: ${why}.`,
      ),
    );
  }
  return [...kept.keys()];
}
