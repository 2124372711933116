import type { ProjectSession } from "../projectSession";
import type { Build } from "./build";
import type { Target } from "./target";
import { type AimedVerification, type VerificationResult, verify } from "./verify";

/** Verifies a build that is served, as far as that can be seen. */
export async function verifyBuild(
  { run, settling }: ProjectSession,
  target: Target,
  { buildId }: Build,
  verification: AimedVerification,
  certificates: readonly string[],
): Promise<VerificationResult> {
  if (buildId === undefined) await settling.untilTakenOn(target, certificates);
  return verify(verification, {
    differsUntil: settling.differsUntil(target, certificates),
    signal: run.signal,
  });
}
