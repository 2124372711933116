import { Cancelled, Conflict, RedeployFailed, VerificationFailed } from "../api/errors";
import type { ProjectSession } from "../projectSession";
import { as } from "../record/acting";
import { quote } from "../text/redact";
import { say } from "../text/vocabulary";
import { type Along, isServedBy, type ServedRoll, takeAlong } from "./along";
import { isSameVariable, type VariableValue } from "./branchVariable";
import { type Build, isDeployedAgain, redeploy } from "./build";
import type { KnownBuild } from "./builds";
import { disarmThoseToCome } from "./disarm";
import { endBeforeRedeploy } from "./endBeforeRedeploy";
import {
  bindingsOfAll,
  type Member,
  planBack,
  prepare,
  type ReadyMember,
  recordBegin,
  rolledTo,
  wayBackOf,
} from "./member";
import { rollBack } from "./rollback";
import { RollFailed } from "./rollFailed";
import { disableSuperseded, heldByRollback, requireUndisturbed } from "./superseded";
import type { Target } from "./target";
import { unverified, unverifiedAt } from "./unverified";
import type { VerificationResult } from "./verify";
import { verifyBuild } from "./verifyBuild";
import { asFailure, isWayBack, withoutWayBack, withReport } from "./wayBack";

/** Cloudflare's own status: what it got from the origin makes no sense to it. */
const cloudflareUnknownError = 520;

/** What was thrown where something was done for a member. */
type Failures = Map<ReadyMember, unknown>;

/**
 * One redeploy for all that want one of the same deployment: disable what each of them supersedes, redeploy once, wait
 * for the new build. Each is verified for itself, and fails for itself. Those that fail go back by one redeploy, when all
 * verifications have ended; those that were verified stay.
 */
export class Group {
  private timeoutMs = 0;
  private isRequested = false;
  private bindings: Pick<KnownBuild, "bound" | "released"> = { bound: [], released: [] };
  private along: readonly Along[] = [];

  /** @param last the last build of this run at the deployment, where it works for all that have asked for it */
  constructor(
    private readonly session: ProjectSession,
    private readonly target: Target,
    private readonly last: ServedRoll | undefined,
    private readonly onRedeploy: () => void,
  ) {}

  /** @returns the build that is served then, where it works for all members. */
  async roll(members: readonly Member[]): Promise<ServedRoll | undefined> {
    const { session, target } = this;
    const prepared = await forEachMember(members, async member => {
      this.requireUntried(member);
      return prepare(session, target, member).catch(async thrown => {
        throw await this.endBeforeRedeploy(member, thrown);
      });
    });
    const back = () => prepared.flatMap(member => wayBackOf(session, target, member).certificates);
    return session.ledger.withWayBack(target.name, back, () => this.rebuild(prepared));
  }

  /** What has failed at another deployment of this run is not tried here: its variables were put back for that. */
  private requireUntried(member: Member): void {
    const failedAt = this.failedAt(member);
    if (failedAt === undefined) return;
    throw new RollFailed(heldByRollback(failedAt, this.target.environmentType), { isUntouched: true });
  }

  /** The deployment at which what a variable of the member has now failed in this run, if it was put back for that. */
  private failedAt({ wanted }: Member): string | undefined {
    const { ledger } = this.session;
    return wanted.variables
      .map(variable => ledger.failedAt(variable))
      .find(deployment => deployment !== undefined);
  }

  private async rebuild(prepared: readonly ReadyMember[]): Promise<ServedRoll | undefined> {
    const { session, target } = this;
    const begun = await forEachMember(await this.endThoseNoLongerWanted(prepared), async member => {
      recordBegin(session, target, member);
      await as({ because: "superseded" }, () =>
        disableSuperseded(session, target, member.superseded).catch(async thrown => {
          throw await this.endBeforeRedeploy(member, thrown);
        }),
      );
      if (member.superseded.length > 0) member.progress("old certificate disabled");
      return member;
    });
    const ready = await this.endThoseNoLongerWanted(begun);
    if (ready.length === 0) return undefined;
    // The longest limit counts: a shorter one must not end the wait of the others.
    this.timeoutMs = Math.max(...ready.map(({ wanted }) => wanted.timeoutMs));
    let roll: ServedRoll;
    try {
      roll = await as({ resource: resourcesOf(ready) }, () => this.buildFor(ready));
    } catch (thrown) {
      await this.goBack(new Map(ready.map(member => [member, thrown])), ready);
      return undefined;
    }
    let serving = ready;
    let { build, known } = roll;
    for (;;) {
      const failures = await this.verifyEach(serving, build);
      if (failures.size === 0) break;
      serving = serving.filter(member => !failures.has(member));
      const restored = await this.goBack(failures, ready);
      if (restored === undefined) break;
      // What was verified stays, in another build: it is verified in that one, too.
      build = restored;
      known = { ...this.bindings, deployedOn: build.deployedOn };
      serving = this.endUndone(serving);
    }
    if (serving.length > 0) session.builds.note(target.name, known);
    for (const member of serving) {
      member.progress(member.aimed === undefined ? "redeployed" : "verified");
      as({ resource: member.resource }, () =>
        session.run.recorder.record({ step: "roll.ended", deployment: target.name }),
      );
      member.settle({ rolled: rolledTo(session, member, build, known) });
    }
    return serving === ready ? roll : undefined;
  }

  /** The build that has what they want: the last one, where it took that along, or a new one. */
  private async buildFor(ready: readonly ReadyMember[]): Promise<ServedRoll> {
    const { session, target, last } = this;
    if (last !== undefined && (await isServedBy(session, target, last, ready))) {
      this.isRequested = true;
      session.run.recorder.record({ step: "build.served", deployment: target.name, ...last.build, ms: 0 });
      const { bound, released } = await bindingsOfAll(session, target, ready, []);
      const { deployedOn } = last.known;
      const known = {
        deployedOn,
        bound: [...new Set([...last.known.bound, ...bound])],
        released: [...new Set([...last.known.released, ...released])],
      };
      return { ...last, known };
    }
    this.onRedeploy();
    const beforeRequest = async () => {
      this.along = await takeAlong(
        session,
        target,
        ready.map(({ wanted }) => wanted),
      );
      await this.noteBindings(ready);
    };
    const onRequested = () => {
      this.isRequested = true;
      for (const member of ready) member.progress("redeploy requested");
    };
    const build = await redeploy(session, target, this.timeoutMs, { beforeRequest, onRequested });
    const known = { ...this.bindings, deployedOn: build.deployedOn };
    return { build, known, along: this.along, servedAt: session.builds.moment() };
  }

  private async noteBindings(ready: readonly ReadyMember[]): Promise<void> {
    this.bindings = await bindingsOfAll(this.session, this.target, ready, this.along);
  }

  /** Ends those that the redeploy is not for any more. @returns the others. */
  private async endThoseNoLongerWanted(members: readonly ReadyMember[]): Promise<readonly ReadyMember[]> {
    const { name, environmentType } = this.target;
    const undone = members.filter(member => this.isUndone(member));
    await this.endAll(undone, member => heldByRollback(this.failedAt(member) ?? name, environmentType));
    const others = members.filter(member => !undone.includes(member));
    // What one of them verifies, and would put back, stands in nobody's way.
    const verified = others.flatMap(({ wanted, aimed }) =>
      wanted.rollback && aimed !== undefined ? wanted.variables : [],
    );
    const isOpen = (variable: VariableValue) => !verified.some(one => isSameVariable(one, variable));
    if (!unverifiedAt(this.session, name).some(isOpen)) return others;
    await this.endAll(others, () => unverified(name));
    return [];
  }

  private async endAll(
    members: readonly ReadyMember[],
    why: (member: ReadyMember) => Conflict,
  ): Promise<void> {
    await Promise.all(
      members.map(async member =>
        member.settle({ error: await this.endBeforeRedeploy(member, why(member)) }),
      ),
    );
  }

  /** Who lists a variable that the others' rollback has put back has not rolled to it. @returns those that have. */
  private endUndone(members: readonly ReadyMember[]): ReadyMember[] {
    return members.filter(member => {
      if (!this.isUndone(member)) return true;
      const { name, environmentType } = this.target;
      member.settle({ error: new RollFailed(heldByRollback(name, environmentType)) });
      return false;
    });
  }

  private isCancelled(thrown: unknown): boolean {
    return thrown instanceof Cancelled || this.session.run.signal?.aborted === true;
  }

  private isUndone({ wanted }: ReadyMember): boolean {
    return !wanted.variables.every(variable => this.session.variables.stillHas(variable));
  }

  private endBeforeRedeploy(member: Member, thrown: unknown): Promise<unknown> {
    return endBeforeRedeploy(this.session, this.target, member, thrown);
  }

  /** Verifies the build for each member. @returns those for whom it does not work. */
  private async verifyEach(members: readonly ReadyMember[], build: Build): Promise<Failures> {
    const { session, target, timeoutMs } = this;
    const failures: Failures = new Map();
    const attempt = async (work: (member: ReadyMember) => Promise<void> | void) => {
      const working = members.filter(member => !failures.has(member));
      await Promise.all(
        working.map(async member => {
          try {
            await as({ resource: member.resource }, async () => work(member));
          } catch (thrown) {
            failures.set(member, thrown);
          }
        }),
      );
    };
    const verify = async ({ aimed, wanted, progress }: ReadyMember) => {
      if (aimed === undefined) return;
      const served = build.buildId === undefined ? "" : ` build ${quote(build.buildId)}`;
      const onTry = (number: number) =>
        progress(`verifying${served}${number === 1 ? "" : `, try ${number}`}`);
      requireOk(
        target,
        await verifyBuild(session, target, build, aimed, { certificates: wanted.certificates, onTry }),
      );
    };
    await attempt(verify);
    let again: Promise<boolean> | undefined;
    await attempt(async member => {
      if (member.aimed === undefined) return;
      again ??= isDeployedAgain(session, target, build, timeoutMs);
      if (await again) await verify(member);
    });
    await attempt(({ superseded }) => requireUndisturbed(session, target, superseded));
    return failures;
  }

  /** Puts back those that failed and have a way back. @returns the build that is served then, if there is one. */
  private async goBack(failures: Failures, ready: readonly ReadyMember[]): Promise<Build | undefined> {
    const staying: Promise<void>[] = [];
    const goingBack = [...failures].flatMap(([member, thrown]) => {
      const failure = this.failureOf(member, thrown);
      if ("goesBackFor" in failure) return [{ member, ...failure }];
      if ("untouched" in failure)
        staying.push(
          this.endBeforeRedeploy(member, failure.untouched).then(error => member.settle({ error })),
        );
      else if ("staysFor" in failure) staying.push(this.endWithoutWayBack(member, failure.staysFor));
      else member.settle(failure);
      return [];
    });
    const [build] = await Promise.all([this.rollBack(goingBack, ready), ...staying]);
    return build;
  }

  /** @returns the build that is served then, if there is one. */
  private async rollBack(
    goingBack: readonly { member: ReadyMember; goesBackFor: RedeployFailed | VerificationFailed }[],
    ready: readonly ReadyMember[],
  ): Promise<Build | undefined> {
    const { session, target, timeoutMs } = this;
    if (goingBack.length === 0) return undefined;
    for (const { member } of goingBack) member.progress("rolling back");
    const plans = goingBack.map(({ member }) => planBack(session, target, member));
    const reports = await as(
      { resource: resourcesOf(goingBack.map(({ member }) => member)), because: "rollback" },
      () => rollBack(session, target, plans, { timeoutMs, beforeRequest: () => this.noteBindings(ready) }),
    );
    for (const [index, { member, goesBackFor }] of goingBack.entries()) {
      const report = reports[index];
      if (report === undefined) continue;
      member.settle({ error: new RollFailed(withReport(goesBackFor, report), { rollback: report }) });
    }
    return reports.find(({ build }) => build !== undefined)?.build;
  }

  /** What the deployment has stays, and is the only one that has it. */
  private async endWithoutWayBack(
    member: ReadyMember,
    failure: RedeployFailed | VerificationFailed,
  ): Promise<void> {
    const { session, target } = this;
    // Time has passed since this run set what it now wants to put back.
    session.variables.noteWait();
    const outcome = await as({ resource: member.resource, because: "rollback" }, () =>
      disarmThoseToCome(session, target.name, planBack(session, target, member)),
    );
    member.settle({ error: new RollFailed(withoutWayBack(failure, outcome)) });
  }

  /** What a member ends with, what kept it from being begun, what it goes back for, or fails for without a way back. */
  private failureOf(
    member: ReadyMember,
    thrown: unknown,
  ):
    | { error: unknown }
    | { untouched: unknown }
    | { goesBackFor: RedeployFailed | VerificationFailed }
    | { staysFor: RedeployFailed | VerificationFailed } {
    const { session, target } = this;
    const { wanted, before, existing } = member;
    if (thrown instanceof Conflict) return { error: new RollFailed(thrown) };
    const isFailure = thrown instanceof RedeployFailed || thrown instanceof VerificationFailed;
    // Who cancels wants nothing more to be written, and a dead engine would not learn of it.
    if (!isFailure && this.isCancelled(thrown)) return { error: thrown };
    if (!isFailure && !this.isRequested) return { untouched: thrown };
    const error = asFailure(target, thrown);
    if (!wanted.rollback) return { error: new RollFailed(error) };
    const { changed } = wayBackOf(session, target, member);
    if (!isWayBack(session, target, wanted.certificates, changed, before, existing))
      return { staysFor: error };
    return { goesBackFor: error };
  }
}

/** Does something for each at the same time. @returns what came of it, without those that it has failed for. */
async function forEachMember<M extends Member, T>(
  members: readonly M[],
  work: (member: M) => Promise<T>,
): Promise<T[]> {
  const done = await Promise.all(
    members.map(async member => {
      try {
        return [await as({ resource: member.resource }, () => work(member))];
      } catch (error) {
        member.settle({ error });
        return [];
      }
    }),
  );
  return done.flat();
}

/** For the record: those who share a redeploy. */
function resourcesOf(members: readonly Member[]): string | undefined {
  const told = members.flatMap(({ resource }) => resource ?? []);
  return told.length === 0 ? undefined : told.join(", ");
}

function requireOk(target: Target, result: VerificationResult): void {
  if (result.ok) return;
  const operation = { verb: "verify", resource: "deployment", name: target.name };
  const { problem } = result;
  if (result.isUnproven) {
    const advice = `The gateway presents a different certificate, or none: check whether its code reads the variable that the program sets. Correct it, and run ${say.apply} again.`;
    throw new VerificationFailed({ operation, problem, advice, code: "ZUPLO1404" });
  }
  const advice =
    result.status === cloudflareUnknownError
      ? `A backend behind a proxied Cloudflare zone answers 520 to every client certificate: let the gateway call an address that Cloudflare does not proxy, and run ${say.apply} again.`
      : `Check that the backend accepts the new certificate; correct it, and run ${say.apply} again.`;
  throw new VerificationFailed({ operation, problem, advice, code: "ZUPLO1410" });
}
