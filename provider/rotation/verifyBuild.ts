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
  { certificates, onTry }: { certificates: readonly string[]; onTry?: (number: number) => void },
): Promise<VerificationResult> {
  if (buildId === undefined) await settling.untilTakenOn(target, certificates);
  const startedAt = performance.now();
  const result = await verify(verification, {
    differsUntil: settling.differsUntil(target, certificates),
    signal: run.signal,
    onTry,
  });
  const { ok } = result;
  const ms = Math.round(performance.now() - startedAt);
  const told = ok ? {} : { problem: result.problem };
  run.recorder.record({ step: "verification", deployment: target.name, ok, ...told, ms });
  return result;
}
