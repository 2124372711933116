import { setTimeout as sleep } from "node:timers/promises";
import {
  type CertificateResponse,
  type DeploymentResponse,
  type EnvironmentType,
  environmentTypes,
} from "../api/responses";
import { familyOf } from "../certificates/name";
import type { ProjectSession } from "../projectSession";
import { coded } from "../text/codes";
import { canBind, typeOf } from "./builds";
import type { Target } from "./target";

/** A redeploy of this run. */
interface Redeploy {
  target: Target;
  /** The deployment as it was before; undefined where Zuplo has not told. */
  before: DeploymentResponse | undefined;
  /** When it was asked for, in the ticks of `Builds`. */
  requestedAt: number;
  /** When its build was served, as performance.now() tells: infinite while it is under way. */
  servedAt: number;
}

export interface Settle {
  /** How long a certificate outlives the last redeploy that released it, in milliseconds. */
  settleMs: number;
  /** The types for which it was enabled at any time, as far as that is known. */
  everEnabledFor: readonly EnvironmentType[];
}

/**
 * Zuplo's edge takes on a build one location after the other, and one that still serves the build before needs the
 * certificates of that one. So a certificate outlives the last redeploy that released it. Every wait ends at a time that
 * the redeploys set: however many certificates a run deletes, and whether one after the other or at once, the time
 * passes once.
 */
export class Settling {
  private readonly redeploys: Redeploy[] = [];
  private readonly released = new Map<string, number>();
  private readonly earlier = new Map<string, number>();
  private isTold = false;

  constructor(private readonly session: ProjectSession) {}

  /** For one that no state has: nothing tells for which types it was enabled once. */
  ofOrphan(name: string, settleMs = this.msFor(name)): Settle {
    return { settleMs, everEnabledFor: environmentTypes };
  }

  /** How long the certificates of a name's lineage outlive a redeploy, as the program or the configuration says it. */
  private msFor(name: string): number {
    const { program, config } = this.session.run;
    const family = familyOf(name);
    const isOfLineage = (other: string) =>
      other === name || (family !== undefined && familyOf(other) === family);
    return program.certificates.settleOf(isOfLineage) ?? config.settleMs;
  }

  /** Makes a redeploy of this run, which ends when its build is served. One that fails releases nothing. */
  async during<T>(
    target: Target,
    before: DeploymentResponse | undefined,
    requestedAt: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const redeploy = { target, before, requestedAt, servedAt: Number.POSITIVE_INFINITY };
    this.redeploys.push(redeploy);
    try {
      const result = await work();
      redeploy.servedAt = performance.now();
      return result;
    } catch (error) {
      this.redeploys.splice(this.redeploys.indexOf(redeploy), 1);
      throw error;
    }
  }

  /** Whether a deployment has a certificate only since this run has redeployed it. */
  isBoundByOwnRedeploy({ name }: DeploymentResponse, certificate: CertificateResponse): boolean {
    const before = this.redeploys.find(({ target }) => target.name === name)?.before;
    return before !== undefined && !canBind(before, certificate);
  }

  /** A redeploy has just released a certificate, whatever the dates say. */
  noteReleased(id: string): void {
    this.released.set(id, performance.now());
  }

  /** Waits until it is over. @returns whether that took time: what was looked at before may have changed. */
  async wait(certificate: CertificateResponse, settle: Settle): Promise<boolean> {
    const { log, signal } = this.session.run;
    let hasWaited = false;
    for (;;) {
      // Redeploys go on meanwhile, and may release it as well.
      const left = await this.timeLeft(certificate, settle);
      if (left <= 0) return hasWaited;
      hasWaited = true;
      if (!this.isTold) {
        const text =
          `Waiting ${Math.ceil(left / 1000)} s before deleting certificates that are no longer used: ` +
          "a location of Zuplo's edge may still serve the previous build (settle).";
        log.info(coded("ZUPLO1212", text));
      }
      this.isTold = true;
      log.progress?.("waiting for Zuplo's edge");
      await sleep(Math.ceil(left), undefined, { signal });
      const { variables, deployments } = this.session;
      variables.noteWait();
      // A build that somebody else had asked for may have released it meanwhile.
      await variables.inThisMoment(deployments);
    }
  }

  /**
   * Until when locations may differ after the last redeploy of a deployment that uses these certificates, as
   * performance.now() tells.
   */
  differsUntil({ name }: Target, certificates: readonly string[]): number {
    const isServed = ({ servedAt }: Redeploy) => servedAt !== Number.POSITIVE_INFINITY;
    const servedAt = this.redeploys.filter(isServed).findLast(({ target }) => target.name === name)?.servedAt;
    if (servedAt === undefined) return performance.now();
    return servedAt + Math.max(0, ...certificates.map(certificate => this.msFor(certificate)));
  }

  /**
   * Waits until locations no longer differ: where the gateway does not tell one build from another, nobody could see
   * which of them a verification has reached.
   */
  async untilTakenOn(target: Target, certificates: readonly string[]): Promise<void> {
    const { log, signal } = this.session.run;
    const { name } = target;
    const left = this.differsUntil(target, certificates) - performance.now();
    if (left <= 0) return;
    const text =
      `Waiting ${Math.ceil(left / 1000)} s before verifying deployment '${name}': its gateway does not tell for certain ` +
      "which build answers, and a location of Zuplo's edge may still serve the previous build (settle).";
    log.info(coded("ZUPLO1407", text));
    await sleep(Math.ceil(left), undefined, { signal });
    this.session.variables.noteWait();
  }

  /** Whether no location of the edge can need a certificate any more, of those that a redeploy has released. */
  async isOver(certificate: CertificateResponse, settle: Settle): Promise<boolean> {
    return (await this.timeLeft(certificate, settle)) <= 0;
  }

  private async timeLeft(certificate: CertificateResponse, { settleMs, everEnabledFor }: Settle) {
    if (settleMs === 0) return 0;
    const mayHaveReleased = (type: EnvironmentType) =>
      everEnabledFor.includes(type) && !certificate.environments[type];
    // What is gone serves nothing.
    const deployments = (await this.session.deployments.list()).filter(
      deployment => !deployment.isWorkingCopy && mayHaveReleased(typeOf(deployment)),
    );
    const times = deployments.flatMap(deployment => this.releases(deployment, certificate));
    const last = Math.max(this.released.get(certificate.id) ?? Number.NEGATIVE_INFINITY, ...times);
    // What is under way takes the whole time at least, and then it is looked again.
    return Math.min(last + settleMs - performance.now(), settleMs);
  }

  /** When builds of a deployment may have released a certificate that is disabled for its type now. */
  private releases(deployment: DeploymentResponse, certificate: CertificateResponse): number[] {
    const own = this.redeploys.filter(({ target }) => target.name === deployment.name);
    // The first that was asked for when this run had disabled it releases it, whatever the dates say: of a build before,
    // only its end is told, and it may have begun earlier. Those that follow release nothing.
    const first = own.findIndex(({ requestedAt }) =>
      this.session.builds.wasDisabledBefore(certificate, typeOf(deployment), requestedAt),
    );
    const served = (first === -1 ? own : own.slice(0, first + 1))
      .filter(({ before }, index) => index === first || before === undefined || canBind(before, certificate))
      .map(({ servedAt }) => servedAt);
    // A run that ended early may have released it, or somebody's push: when that was, the date of the build tells.
    const earlier = own.length === 0 ? deployment : own[0]?.before;
    const builtAt = Date.parse(earlier?.updatedOn ?? "");
    if (Number.isNaN(builtAt) || builtAt < Date.parse(certificate.createdOn ?? "")) return served;
    return [...served, this.earlierAt(deployment.name, builtAt)];
  }

  /**
   * A date of Zuplo's on the scale of performance.now(). One that lies ahead, since Zuplo's clock may be fast, counts as
   * now; it is kept, so that asking again does not move it.
   */
  private earlierAt(deployment: string, date: number): number {
    const key = `${deployment} ${date}`;
    const at = this.earlier.get(key) ?? performance.now() - Math.max(0, this.session.run.now() - date);
    this.earlier.set(key, at);
    return at;
  }
}
