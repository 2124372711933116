import { NotFound, ZuploError } from "../api/errors";
import type { CertificateResponse } from "../api/responses";
import type { VariableValue } from "../program";
import type { ProjectSession } from "../projectSession";
import type { Code } from "../text/codes";
import { type Build, redeploy } from "./build";
import type { Target } from "./target";
import type { AimedVerification } from "./verify";
import { verifyBuild } from "./verifyBuild";

/** A variable that this run changed: its last value, and the one that it has now. */
export interface ChangedVariable {
  last: VariableValue;
  now: VariableValue;
}

export interface RollbackPlan {
  target: Target;
  /** Names of the certificates that were in use before. */
  certificates: readonly string[];
  /** The variables to put back. */
  variables: readonly ChangedVariable[];
  timeoutMs: number;
  /** What the restored build must answer; only asked for when it is served. */
  aim?: (() => Promise<AimedVerification>) | undefined;
}

export interface RollbackReport {
  /** What was restored, in order, as parts of a sentence. */
  restored: string[];
  /** Why it was not begun, or ended early; undefined when everything is as before. */
  problem?: string;
  /** False where nothing was written. */
  isBegun: boolean;
  /** Of the reason why it was not begun. */
  code?: Code;
  build?: Build;
  /** Time it took, in milliseconds. */
  durationMs: number;
}

/**
 * Puts a deployment back to what it served before. Nothing is written where that is no longer what it would lead to:
 * when somebody has changed a variable meanwhile, the certificate to go back to is gone, or the engine is. The previous
 * certificate is enabled before anything names it, so that no deployment can come up without it, whoever redeploys in
 * between.
 */
export async function rollBack(session: ProjectSession, plan: RollbackPlan): Promise<RollbackReport> {
  const { target, timeoutMs } = plan;
  const startedAt = performance.now();
  const restored: string[] = [];
  const report = (rest: Omit<RollbackReport, "restored" | "durationMs">) => ({
    restored,
    durationMs: performance.now() - startedAt,
    ...rest,
  });
  let isBegun = false;
  try {
    const fence = new Fence(session);
    const found = await fence.look(plan);
    if (!Array.isArray(found)) return report({ ...found, isBegun });
    isBegun = true;
    for (const { id } of found) session.hold(id, target.environmentType, target.name);
    for (const { id, name } of found) {
      await session.safety.enable(id, [target.environmentType]);
      restored.push(`certificate '${name}' enabled for ${target.environmentType}`);
    }
    await Promise.all(
      plan.variables.map(async ({ last }) => {
        await setVariable(session, last, plan.certificates);
        await session.variables.note(last);
      }),
    );
    for (const { last } of plan.variables)
      restored.push(`variable '${last.branch}/${last.name}' back to its last value`);
    const build = await redeploy(session, target, timeoutMs);
    restored.push(`deployment '${target.name}' redeployed`);
    if (plan.aim === undefined) return report({ build, isBegun });
    const result = await verifyBuild(session, target, build, await plan.aim(), plan.certificates);
    if (!result.ok) {
      const problem = `the previous state does not verify either: ${result.problem}`;
      return report({ build, problem, isBegun });
    }
    restored.push("verified");
    return report({ build, isBegun });
  } catch (error) {
    return report({ problem: firstLine(error) + missingRight(error), isBegun });
  }
}

/** What is looked at before a rollback writes: time has passed since this run set what it now wants to put back. */
export class Fence {
  constructor(private readonly session: ProjectSession) {}

  /** @returns the certificates to go back to, or why there is no way back. */
  async look(plan: RollbackPlan): Promise<CertificateResponse[] | { problem: string; code: Code }> {
    const code = "ZUPLO1401";
    if (!(await this.session.run.engine.isAlive()))
      return { problem: "the engine is gone, and the next run may have begun", code: "ZUPLO1403" };
    const changed = await this.changedVariable(plan.target, plan.variables);
    if (changed !== undefined) {
      const variable = `${changed.branch}/${changed.name}`;
      return { problem: `somebody has changed the variable '${variable}' in the meantime`, code };
    }
    const found: CertificateResponse[] = [];
    for (const name of plan.certificates) {
      const certificate = await this.certificate(name);
      if (certificate === undefined) return { problem: `certificate '${name}' is gone`, code };
      found.push(certificate);
    }
    return found;
  }

  /** A variable that no longer has the value that this run gave it, where that can be read. */
  private async changedVariable(
    { name, branch }: Target,
    variables: readonly ChangedVariable[],
  ): Promise<VariableValue | undefined> {
    this.session.variables.noteWait();
    for (const { last, now } of variables) {
      const deployment =
        last.branch === branch ? { name, branchName: branch } : await this.session.deploymentOf(last.branch);
      if (deployment === undefined) continue;
      const value = (await this.session.variables.of(deployment))?.values.get(last.name);
      if (value !== undefined && value !== now.value && value !== last.value) return last;
    }
    return undefined;
  }

  private async certificate(name: string): Promise<CertificateResponse | undefined> {
    const { client, scope, certificates } = this.session;
    const listed = (await certificates.list()).find(certificate => certificate.name === name);
    try {
      if (listed !== undefined) return await client.getCertificate(scope, listed.id);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
    return (await certificates.refresh()).find(certificate => certificate.name === name);
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

/** The advice of an error that is told of within another one is not shown. */
function missingRight(error: unknown): string {
  const right = error instanceof ZuploError ? error.right : undefined;
  return right === undefined ? "" : `, and the API key must be allowed to ${right}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
