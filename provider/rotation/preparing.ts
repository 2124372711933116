import { setTimeout as sleep } from "node:timers/promises";
import { type BranchVariable, isSameVariable } from "./branchVariable";
import type { InUse } from "./superseded";

/** How long a redeploy waits for others that may want the same one. */
interface Patience {
  /** While nothing is begun, ended or joined, in milliseconds: the engine comes with the next resource within it. */
  quietMs: number;
  /** In all, in milliseconds. */
  longestMs: number;
}

/** A binding says where it uses its certificate: its redeploy comes, unless it fails before. */
const forBindings: Patience = { quietMs: 1000, longestMs: 10_000 };
const forOthers: Patience = { quietMs: 500, longestMs: 2000 };
const pauseMs = 25;

/** Where a certificate is used: branches, and deployments by their names. */
interface Users {
  branches: readonly string[];
  deployments: readonly string[];
}

/** Something that a redeploy of a deployment takes along. */
type Prepared =
  | { certificate: string; users: Users | undefined }
  | (BranchVariable & { certificate?: never });

/** A deployment that is about to be redeployed, and what is used by those who want it. */
interface ComingRedeploy {
  name: string;
  branch: string;
  inUse(): readonly InUse[];
}

/**
 * What this run prepares for redeploys of one project: certificates that it uploads, and variables that it sets. While
 * one of them is under way, somebody may be about to want the same redeploy. What has begun waits for no redeploy, so
 * waiting for it ends.
 */
export class Preparing {
  private underWay = 0;
  private lastAt = Number.NEGATIVE_INFINITY;
  private readonly prepared: Prepared[] = [];

  /** Runs an upload, or the setting of a variable. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.noteComing();
    }
  }

  note(prepared: Prepared): void {
    this.prepared.push(prepared);
  }

  /** The engine has come with another resource: it is busy, and more may follow. */
  noteComing(): void {
    this.lastAt = performance.now();
  }

  /**
   * Waits while somebody may come who wants the same redeploy; not at all where everybody is there. @returns whether
   * that took time.
   */
  async untilQuiet(redeploying: ComingRedeploy, signal: AbortSignal | undefined): Promise<boolean> {
    const startedAt = performance.now();
    for (let hasWaited = false; ; hasWaited = true) {
      const missing = this.missingFrom(redeploying);
      if (this.underWay === 0 && missing.length === 0) return hasWaited;
      const isCertain = missing.some(one => one.certificate !== undefined && one.users !== undefined);
      const { quietMs, longestMs } = isCertain ? forBindings : forOthers;
      const quietAt =
        this.underWay > 0 ? Number.POSITIVE_INFINITY : Math.max(startedAt, this.lastAt) + quietMs;
      const left = Math.min(quietAt, startedAt + longestMs) - performance.now();
      if (left <= 0) return hasWaited;
      await sleep(Math.min(left, pauseMs), undefined, { signal });
    }
  }

  /** What this run has prepared that may be for this deployment, and that nobody has come with yet. */
  private missingFrom({ name, branch, inUse }: ComingRedeploy): Prepared[] {
    const all = inUse();
    return this.prepared.filter(one => {
      if (one.certificate === undefined)
        return (
          one.branch === branch &&
          !all.some(({ variables }) => variables.some(variable => isSameVariable(variable, one)))
        );
      const { certificate, users } = one;
      const isElsewhere =
        users !== undefined && !users.branches.includes(branch) && !users.deployments.includes(name);
      return !isElsewhere && !all.some(({ certificates }) => certificates.includes(certificate));
    });
  }
}
