import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Invalid } from "../../api/errors";
import { type CheckFailure, isUnknown, type RawInputs } from "../../resources/resource";
import { type Engine, type Logger, Session } from "../../session";
import { say } from "../../text/vocabulary";
import { readSettings } from "./settings";

/**
 * A deletion waits before it looks what the configuration wants, until the engine has told nothing for `quietMs`, and at
 * most `patienceMs`: it begins those of resources that do not depend on each other side by side with the creations, and
 * tells of these a moment later. A binding whose block was renamed would otherwise be taken out of service before its
 * successor is there. Of what depends on a read that is under way, or on a plan that waits itself, the engine cannot tell
 * yet: that counts as telling.
 */
const quietMs = 300;
const patienceMs = 3000;

/** What this process does for the engine that has started it. */
export class Run {
  private readonly ending = new AbortController();
  private current: Session | undefined;
  private unknownSettings: string[] = [];
  private readonly lineages = new Map<string, string>();
  /** When the engine has last told what a resource is to be, by performance.now(). */
  private toldAt = 0;
  private readonly reads = new Set<Promise<unknown>>();
  private readonly plans = new Set<Promise<unknown>>();
  private readonly wanted = new Set<string>();
  private ownId = "";
  private hasBegunToApply = false;

  constructor(
    private readonly log: Logger,
    private readonly engine: Engine,
  ) {
    // Every call under way listens.
    setMaxListeners(0, this.ending.signal);
  }

  configure(inputs: RawInputs): void {
    const { config, problems } = readSettings(inputs);
    this.unknownSettings = Object.keys(inputs).filter(name => isUnknown(inputs[name]));
    this.ownId = randomUUID();
    this.hasBegunToApply = false;
    this.wanted.clear();
    this.current = new Session(config, {
      log: this.log,
      signal: this.ending.signal,
      problems,
      engine: this.engine,
    });
  }

  get session(): Session {
    if (this.current !== undefined) return this.current;
    throw new Invalid({
      operation: { verb: "configure", resource: "provider", name: "zuplo" },
      problem: "the engine has not configured it",
      advice: "This is a bug in the engine or in this provider: please report it.",
      code: "ZUPLO1902",
    });
  }

  /** Whether a setting follows from a resource that is not made yet: Zuplo cannot be asked for anything. */
  get isWaiting(): boolean {
    return this.unknownSettings.length > 0;
  }

  /** Those settings. */
  get waitingFor(): readonly string[] {
    return this.unknownSettings;
  }

  /** Whether a certificate's name is made from what another one of this configuration has its name from. */
  isTaken({ account, project, namePrefix }: RawInputs, key: string): boolean {
    if (typeof namePrefix !== "string") return false;
    const { config } = this.session;
    const home = [account ?? config.account, project ?? config.project];
    const lineage = JSON.stringify([...home, namePrefix]);
    const owner = this.lineages.get(lineage) ?? key;
    this.lineages.set(lineage, owner);
    return owner !== key;
  }

  /** Without those that only say that a setting is missing which is not known yet. */
  known(failures: readonly CheckFailure[]): CheckFailure[] {
    const waiting = this.unknownSettings.flatMap(name => [name, say.setting(name)]);
    return failures.filter(({ property }) => !waiting.includes(property));
  }

  /** Tells this walk of the engine from every other one: it plans in one, and applies in another. */
  get id(): string {
    return this.ownId;
  }

  get isApplying(): boolean {
    return this.hasBegunToApply;
  }

  noteApply(): void {
    this.hasBegunToApply = true;
  }

  /** Remembers that the engine has told what a resource is to be. */
  notePlan(key: string): void {
    this.toldAt = performance.now();
    this.wanted.add(key);
  }

  /** Whether it has told so of one with this key: what is deleted with the same key has been replaced. */
  wants(key: string): boolean {
    return this.wanted.has(key);
  }

  /** Reads something, for which `untilPlanned` waits. */
  reading<T>(read: () => Promise<T>): Promise<T> {
    return this.during(this.reads, read());
  }

  /** Waits until the engine has told what it wants of other resources, as far as it tells that soon. */
  untilPlanned(): Promise<void> {
    return this.quiet([this.reads, this.plans]);
  }

  /** The same amid a plan that others may depend on: what is deleted waits for it, and begins its own wait anew. */
  untilPlannedBeside(): Promise<void> {
    return this.during(this.plans, this.quiet([this.reads]));
  }

  private async during<T>(all: Set<Promise<unknown>>, one: Promise<T>): Promise<T> {
    all.add(one);
    try {
      return await one;
    } finally {
      all.delete(one);
      this.toldAt = performance.now();
    }
  }

  private async quiet(waitedFor: readonly Set<Promise<unknown>>[]): Promise<void> {
    let since = performance.now();
    const left = () =>
      Math.min(Math.max(since, this.toldAt) + quietMs, since + patienceMs) - performance.now();
    const pending = () => waitedFor.flatMap(each => [...each]);
    while (pending().length > 0 || left() > 0) {
      if (pending().length > 0) {
        await Promise.allSettled(pending());
        since = performance.now();
      } else await sleep(left(), undefined, { signal: this.ending.signal });
    }
  }

  /** Ends every wait and every call at once. */
  cancel(): void {
    this.ending.abort();
  }
}
