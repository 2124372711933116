import { setTimeout as sleep } from "node:timers/promises";
import type { VariableValue } from "../program";
import { signalOption } from "./gateway";
import type { InUse } from "./superseded";

/** How long a redeploy waits at most for others that may want the same one, in milliseconds. */
const longestWaitMs = 2000;
/** The engine comes with the next resource within this time as a rule, in milliseconds. */
const quietMs = 500;
const pauseMs = 25;

/** Something that a redeploy of a deployment takes along. */
type Prepared = { certificate: string } | Pick<VariableValue, "branch" | "name">;

/** A deployment that is about to be redeployed, and what is used by those who want it. */
interface Redeploying {
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
  private endedAt = Number.NEGATIVE_INFINITY;
  private readonly prepared: Prepared[] = [];

  /** Runs an upload, or the setting of a variable. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      this.endedAt = performance.now();
    }
  }

  note(prepared: Prepared): void {
    this.prepared.push(prepared);
  }

  /** Waits while somebody may come who wants the same redeploy; not at all where everybody is there. */
  async untilQuiet(redeploying: Redeploying, signal: AbortSignal | undefined): Promise<void> {
    const startedAt = performance.now();
    while (this.underWay > 0 || this.isAwaited(redeploying)) {
      const quietAt =
        this.underWay > 0 ? Number.POSITIVE_INFINITY : Math.max(startedAt, this.endedAt) + quietMs;
      const left = Math.min(quietAt, startedAt + longestWaitMs) - performance.now();
      if (left <= 0) return;
      await sleep(Math.min(left, pauseMs), undefined, signalOption(signal));
    }
  }

  /** Whether this run has prepared something that may be for this deployment, and that nobody has come with yet. */
  private isAwaited({ branch, inUse }: Redeploying): boolean {
    const all = inUse();
    return this.prepared.some(one =>
      "certificate" in one
        ? !all.some(({ certificates }) => certificates.includes(one.certificate))
        : one.branch === branch &&
          !all.some(({ variables }) =>
            variables.some(({ branch, name }) => branch === one.branch && name === one.name),
          ),
    );
  }
}
