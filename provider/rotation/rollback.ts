import { mayBeGone } from "../api/errors";
import type { CertificateResponse } from "../api/responses";
import type { ProjectSession } from "../projectSession";
import { as } from "../record/acting";
import { redeployedAgain } from "../record/restored";
import type { Code } from "../text/codes";
import type { VariableValue } from "./branchVariable";
import { type Build, redeploy } from "./build";
import { disarmThoseToCome } from "./disarm";
import { problemOf } from "./problem";
import { setVariable } from "./setVariable";
import type { Target } from "./target";
import type { AimedVerification } from "./verify";
import { verifyBuild } from "./verifyBuild";

/** A variable that this run changed: its last value, and the one that it has now. */
export interface ChangedVariable {
  last: VariableValue;
  now: VariableValue;
}

/** What one Redeployment puts back; others may go back by the same redeploy. */
export interface RollbackPlan {
  /** Where the resource stands, for the record. */
  resource: string | undefined;
  /** Names of the certificates that were in use before. */
  certificates: readonly string[];
  /** Names of those that were to take their place. */
  refused: readonly string[];
  /** The variables to put back. */
  variables: readonly ChangedVariable[];
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

/** How the redeploy of a rollback is made. */
interface RedeployOptions {
  timeoutMs: number;
  /** See `redeploy`. */
  beforeRequest(): Promise<void>;
}

/**
 * Puts a deployment back to what it served before, by one redeploy for all plans. Nothing of a plan is written if it no
 * longer leads there: somebody has changed a variable meanwhile, the certificate to go back to is gone, or the engine is.
 * The previous certificate is enabled before anything names it, so that no deployment can come up without it, whoever
 * redeploys in between.
 *
 * @returns a report for each plan, in their order
 */
export async function rollBack(
  session: ProjectSession,
  target: Target,
  plans: readonly RollbackPlan[],
  redeploying: RedeployOptions,
): Promise<RollbackReport[]> {
  const startedAt = performance.now();
  // Time has passed since this run set what it now wants to put back.
  session.variables.noteWait();
  const rollbacks = plans.map(plan => new Rollback(session, target, plan));
  const underWay = (rollback: Rollback) => rollback.isBegun && rollback.problem === undefined;
  for (const rollback of rollbacks) await rollback.acting(() => rollback.restore());
  const restored = rollbacks.filter(underWay);
  // The deployment that fails comes first: nobody waits for the others.
  const begun = rollbacks.filter(({ isBegun }) => isBegun);
  const disarming = Promise.all(begun.map(rollback => rollback.acting(() => rollback.disarm())));
  if (restored.length > 0) {
    try {
      const build = await redeploy(session, target, redeploying.timeoutMs, redeploying);
      await Promise.all(restored.map(rollback => rollback.acting(() => rollback.finish(build))));
    } catch (error) {
      for (const rollback of restored) rollback.fail(error);
    }
  }
  await disarming;
  const durationMs = performance.now() - startedAt;
  return rollbacks.map(rollback => rollback.acting(() => rollback.report(durationMs)));
}

/** One plan, as far as it was carried out. */
class Rollback {
  isBegun = false;
  problem: string | undefined;
  private code: Code | undefined;
  private build: Build | undefined;
  private readonly restored: string[] = [];
  /** Why variables of other deployments still name what has failed. */
  private armed: string | undefined;

  constructor(
    private readonly session: ProjectSession,
    private readonly target: Target,
    private readonly plan: RollbackPlan,
  ) {}

  /** Puts back certificates and variables, if there is a way back still. */
  async restore(): Promise<void> {
    const { session, target, plan, restored } = this;
    const { environmentType: type } = target;
    try {
      const found = await new Fence(session).look(target, plan);
      if (!Array.isArray(found)) {
        Object.assign(this, found);
        return;
      }
      this.isBegun = true;
      for (const { id } of found) session.ledger.hold(id, type, target.name);
      for (const { id, name } of found) {
        await session.safety.enable(id, [type]);
        restored.push(`certificate '${name}' enabled for ${type}`);
      }
      await Promise.all(
        plan.variables.map(async ({ last }) => {
          await setVariable(session, last, plan.certificates);
          await session.variables.note(last);
        }),
      );
      for (const { last } of plan.variables) restored.push(backToLast(last));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Puts back what waits for a push of other deployments. Nothing here ends the rollback itself. */
  async disarm(): Promise<void> {
    const { session, target, plan, restored } = this;
    const { putBack, problem } = await disarmThoseToCome(session, target.name, plan);
    restored.push(...putBack.map(backToLast));
    this.armed = problem;
  }

  /** Looks whether the build that is served now works. */
  async finish(build: Build): Promise<void> {
    const { session, target, plan, restored } = this;
    this.build = build;
    restored.push(redeployedAgain(target.name));
    if (plan.aim === undefined) return;
    try {
      const result = await verifyBuild(session, target, build, await plan.aim(), {
        certificates: plan.certificates,
      });
      if (result.ok) restored.push("verified");
      else this.problem = `the previous build fails verification, too: ${result.problem}`;
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.problem = problemOf(error);
  }

  /** Does something for the resource, which the record tells. */
  acting<T>(work: () => T): T {
    return as({ resource: this.plan.resource, because: "rollback" }, work);
  }

  report(durationMs: number): RollbackReport {
    const { restored, code, build, isBegun, session, target } = this;
    const problem = this.problem ?? this.armed;
    const told = problem === undefined ? {} : { problem };
    const ms = Math.round(durationMs);
    session.run.recorder.record({ step: "rollback", deployment: target.name, restored, ...told, ms });
    return {
      restored,
      durationMs,
      isBegun,
      ...told,
      ...(code === undefined ? {} : { code }),
      ...(build === undefined ? {} : { build }),
    };
  }
}

/** What is looked at before a rollback writes. */
export class Fence {
  constructor(private readonly session: ProjectSession) {}

  /** @returns the certificates to go back to, or why there is no way back. */
  async look(
    target: Target,
    plan: RollbackPlan,
  ): Promise<CertificateResponse[] | { problem: string; code: Code }> {
    const code = "ZUPLO1401";
    if (!(await this.session.run.engine.isAlive()))
      return { problem: "the engine is gone, and the next run may have begun", code: "ZUPLO1403" };
    const changed = await this.changedVariable(target, plan.variables);
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
    for (const { last, now } of variables) {
      const deployment =
        last.branch === branch ? { name, branchName: branch } : await this.session.deploymentOf(last.branch);
      if (deployment === undefined) continue;
      const value = this.session.reportedValue(await this.session.variables.of(deployment), last);
      if (value !== undefined && value !== now.value && value !== last.value) return last;
    }
    return undefined;
  }

  private async certificate(name: string): Promise<CertificateResponse | undefined> {
    const { client, scope, certificates } = this.session;
    const listed = await this.session.certificateNamed(name);
    try {
      if (listed !== undefined) return await client.getCertificate(scope, listed.id);
    } catch (error) {
      if (!mayBeGone(error)) throw error;
    }
    return (await certificates.refresh()).find(certificate => certificate.name === name);
  }
}

function backToLast({ branch, name }: VariableValue): string {
  return `variable '${branch}/${name}' back to its previous value`;
}
