import { AsyncResource } from "node:async_hooks";
import type { ProjectSession } from "../projectSession";
import { acting } from "../record/acting";
import { coded } from "../text/codes";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import type { ServedRoll } from "./along";
import { redeployBuiltWithout } from "./builtWithout";
import { endBeforeRedeploy } from "./endBeforeRedeploy";
import { redeployExposed } from "./exposed";
import { Group } from "./group";
import { deploymentLock } from "./locks";
import type { Member, Rolled, RollRequest } from "./member";
import type { InUse, InUseBefore } from "./superseded";
import type { Target } from "./target";

/** What was read within this time, in milliseconds, is as good as read now. */
const freshMs = 1000;

/**
 * The rolls of a project's deployments, one at a time for each, since another redeploy of the same deployment would be
 * mistaken for ours. Whoever comes before one begins goes with it; whoever comes later shares the next.
 */
export class Rolls {
  private readonly waiting = new Map<string, Member[]>();
  private readonly taken = new Map<string, InUse[]>();
  private readonly served = new Map<string, ServedRoll>();
  private hasToldOfTurns = false;

  constructor(private readonly session: ProjectSession) {}

  /**
   * Disables what is superseded, redeploys, waits for the new build, verifies it, and puts everything back if it fails.
   *
   * @throws RollFailed where the new build is not in service, or does not work
   */
  async join(target: Target, wanted: RollRequest, before: InUseBefore | undefined): Promise<Rolled> {
    const { session } = this;
    const rolling = new Promise<Rolled>((resolve, reject) => {
      const member: Member = {
        wanted,
        before,
        resource: acting().resource,
        // Who shares a redeploy waits for it in a call of its own.
        progress: AsyncResource.bind((doing: string) => session.run.log.progress?.(doing)),
        settle: outcome => ("rolled" in outcome ? resolve(outcome.rolled) : reject(outcome.error)),
      };
      member.progress(`waiting to redeploy '${target.name}'`);
      session.preparing.noteComing();
      const waiting = this.waiting.get(target.name);
      if (waiting !== undefined) waiting.push(member);
      else void this.begin(target, member);
    });
    return rolling
      .catch(async error => {
        await redeployExposed(session, target.name, wanted.timeoutMs);
        throw error;
      })
      .finally(() => redeployBuiltWithout(session));
  }

  /** Once in a run: an engine that works on few resources at a time makes more redeploys than there are deployments. */
  private tellOfTurns(name: string): void {
    if (this.hasToldOfTurns) return;
    this.hasToldOfTurns = true;
    const text =
      `deployment '${quote(name)}' is redeployed again in this run: another of its resources had its turn only after the last redeploy had begun. ` +
      `With ${say.moreAtOnce}, resources that do not wait for each other share one redeploy.`;
    this.session.run.log.info(coded("ZUPLO1417", text));
  }

  /**
   * Ends what cannot even join, since nobody knows where or how it is to be rolled.
   *
   * @returns the error with which it ends
   */
  async giveUp(
    place: Pick<Target, "name" | "branch">,
    wanted: Omit<RollRequest, "verification">,
    before: InUseBefore | undefined,
    thrown: unknown,
  ): Promise<unknown> {
    const error = await endBeforeRedeploy(this.session, place, { wanted, before }, thrown);
    await redeployExposed(this.session, place.name, wanted.timeoutMs);
    await redeployBuiltWithout(this.session);
    return error;
  }

  private async begin(target: Target, first: Member): Promise<void> {
    const { session, waiting } = this;
    const { name, branch } = target;
    const members = [first];
    waiting.set(name, members);
    const taken = this.taken.get(name) ?? [];
    this.taken.set(name, taken);
    try {
      await session.exclusively(deploymentLock(name), async () => {
        const inUse = () => [...taken, ...members.map(({ wanted }) => wanted)];
        const startedAt = performance.now();
        const hasWaited = await session.preparing.untilQuiet({ name, branch, inUse }, session.run.signal);
        // Deployments wait side by side: what one of them has just read does for the others.
        if (hasWaited) session.variables.noteWait(Math.max(startedAt, performance.now() - freshMs));
        waiting.delete(name);
        const onRedeploy = taken.length === 0 ? () => {} : () => this.tellOfTurns(name);
        taken.push(...members.map(({ wanted }) => wanted));
        const last = this.served.get(name);
        this.served.delete(name);
        const served = await new Group(session, target, last, onRedeploy).roll(members);
        if (served !== undefined) this.served.set(name, served);
      });
    } catch (error) {
      if (waiting.get(name) === members) waiting.delete(name);
      for (const member of members) member.settle({ error });
    }
  }
}
