import type { ProjectSession, VariableValue } from "../projectSession";
import { type Build, redeploy } from "./build";
import { enableFor } from "./environments";
import { type Verification, verify } from "./gateway";
import type { Target } from "./target";

export interface RollbackPlan {
  target: Target;
  /** Names of the certificates that were in use before. */
  certificates: readonly string[];
  /** The variables to put back, with their last values. */
  variables: readonly VariableValue[];
  timeoutMs: number;
  verification?: Verification | undefined;
}

export interface RollbackReport {
  /** What was restored, in order, as parts of a sentence. */
  restored: string[];
  /** Why it ended early; undefined when everything is as before. */
  problem?: string;
  build?: Build;
  /** Time it took, in milliseconds. */
  durationMs: number;
}

/**
 * Puts a deployment back to what it served before. The previous certificate is enabled before anything names it, so
 * that no deployment can come up without it, whoever redeploys in between.
 */
export async function rollBack(
  session: ProjectSession,
  plan: RollbackPlan,
  signal?: AbortSignal,
): Promise<RollbackReport> {
  const { target, timeoutMs } = plan;
  const startedAt = performance.now();
  const restored: string[] = [];
  const report = (rest: Pick<RollbackReport, "problem" | "build">) => ({
    restored,
    durationMs: performance.now() - startedAt,
    ...rest,
  });
  try {
    const names = new Set(plan.certificates);
    const previous = (await session.certificates.list()).filter(certificate => names.has(certificate.name));
    for (const { id } of previous) session.hold(id, target.environmentType, target.name);
    for (const { id, name } of previous) {
      await enableFor(session, id, target.environmentType);
      restored.push(`certificate '${name}' enabled for ${target.environmentType}`);
    }
    await Promise.all(
      plan.variables.map(async variable => {
        await setVariable(session, variable, plan.certificates);
        session.noteRestored(variable);
      }),
    );
    for (const { branch, name } of plan.variables)
      restored.push(`variable '${branch}/${name}' back to its last value`);
    const build = await redeploy(session, target, timeoutMs, signal);
    restored.push(`deployment '${target.name}' redeployed`);
    if (plan.verification === undefined) return report({ build });
    const result = await verify(plan.verification, signal);
    if (!result.ok)
      return report({ build, problem: `the previous state does not verify either: ${result.problem}` });
    restored.push("verified");
    return report({ build });
  } catch (error) {
    return report({ problem: firstLine(error) });
  }
}

/**
 * Sets a variable that exists. Nothing here tells whether it is a secret: every value is treated as one, but for the
 * names of certificates.
 */
export async function setVariable(
  { client, scope }: ProjectSession,
  { branch, name, value }: VariableValue,
  certificates: readonly string[],
): Promise<void> {
  await client.updateVariable(scope, branch, { name, value, isSecret: !certificates.includes(value) });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
