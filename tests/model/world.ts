import type { BuildIdentity, CertificatesLag, Statuses } from "../../emulator/api/world";
import type { InProcess } from "../../emulator/inProcess";
import {
  addWorkingCopy,
  defaultEnvironmentType,
  ensureBranch,
  ensureProject,
} from "../../emulator/state/branches";
import { emptyState, type State } from "../../emulator/state/model";
import { beginning, VirtualClock } from "./clock";
import { type Host, within } from "./host";
import { firstRefused, type PooledCertificate } from "./pool";
import type { ComponentSpec, StackSpec } from "./program/spec";
import { chance } from "./random";
import { Judge } from "./rules/judge";
import type { Run } from "./run";
import { Stack } from "./stack";

/** What a sequence begins with. */
export interface WorldSpec {
  projects: 1 | 2;
  /** Of every project. */
  branches: string[];
  /** Branches that somebody has open in the editor. */
  copies: string[];
  /** As what these are listed; default "WORKING_COPY". */
  copiesAs?: string;
  /** When a build takes what it is made of. */
  reads: "start" | "end";
  deployMs: number;
  /** What tells one build from another at the gateway; default: its id. */
  identity?: BuildIdentity;
  /** Locations of the edge, and how long after the first one the last one takes on a build, in milliseconds. */
  edge?: { locations: number; lagMs: number };
  reading: "open" | "masked" | 401 | 403 | 404 | 429;
  /** What the API answers where no document says it. */
  statuses?: Statuses;
  /** How long reads of certificates tell what was true before a write. */
  certificatesLag?: CertificatesLag;
  /** Most entries that one answer of a list holds. */
  pageLimit?: number;
  /** How many resources an engine works on at a time; default: all that wait for no other. */
  places?: number;
  /** Whether only the key tells the account. */
  isAccountOfKey: boolean;
  stacks: StackSpec[];
  /** Whether every stack was brought up before. */
  isUp: boolean;
}

export const projectNames = ["gateway", "portal"];
export const account = "acme";

/** Real time, whatever the globals say meanwhile. */
const turn = setImmediate;
/** More than any run needs: what is not over then is stuck. */
const maxMoves = 60_000;

/** The process's own emulator, used by one world after the other. */
export interface Table {
  emulator: InProcess;
  pool: readonly PooledCertificate[];
  /** The clock that the emulator goes by. */
  clock: { current: VirtualClock };
}

/** Everything that a sequence plays with. */
export class World {
  readonly clock = new VirtualClock();
  readonly random: () => number;
  readonly stacks: Stack[];
  readonly judge: Judge;
  readonly trace: string[] = [];
  readonly runs = new Map<Host, Run>();
  /** Components that were taken out of a program, to come back. */
  readonly removed: { stack: Stack; component: ComponentSpec }[] = [];
  /** Somebody has kept variables from being read. */
  wasUnreadable = false;
  /** How long a call is on its way at most, in milliseconds. */
  latencyMs = 40;
  /** Until when what a killed host had sent may arrive. */
  straysUntil = 0;
  /** Calls that are being handled: until they are, nobody moves the clock. */
  private busy = 0;
  private ids = 0;

  constructor(
    readonly table: Table,
    readonly spec: WorldSpec,
    seed: number,
    ignored?: RegExp,
  ) {
    this.random = chance(seed);
    this.stacks = spec.stacks.map(stack => new Stack(structuredClone(stack)));
    const state = this.newState();
    const refused = new Set(table.pool.slice(firstRefused).map(({ fingerprint }) => fingerprint));
    const accepts = (fingerprint: string) => !refused.has(fingerprint);
    this.judge = new Judge(
      state,
      this.clock.now,
      this.stacks,
      ignored,
      () => spec.reading === "open" && !this.wasUnreadable,
      spec.statuses?.emptyEnvironments === 400,
      (spec.edge?.locations ?? 0) > 1,
      accepts,
    );
    table.clock.current = this.clock;
    table.emulator.begin({
      state,
      deployMs: spec.deployMs,
      reads: spec.reads,
      newId: kind => this.newId(kind),
      accepts,
      onServed: (deployment, previous) => {
        this.say(
          "served",
          `${deployment.name} with ${deployment.snapshot.bindings.map(({ name }) => name).join(", ") || "nothing"}`,
        );
        this.judge.served(deployment, previous);
      },
    });
    table.emulator.world.readingVariables = spec.reading;
    table.emulator.world.buildIdentity = spec.identity ?? "id";
    table.emulator.world.workingCopyType = spec.copiesAs;
    table.emulator.world.statuses = spec.statuses ?? {};
    table.emulator.world.certificatesLag = spec.certificatesLag;
    table.emulator.world.pageLimit = spec.pageLimit ?? Number.POSITIVE_INFINITY;
    if (spec.edge !== undefined) table.emulator.edge.spread(spec.edge.locations, spec.edge.lagMs);
  }

  get emulator(): InProcess {
    return this.table.emulator;
  }

  get state(): State {
    return this.emulator.world.state;
  }

  say(who: string, what: string): void {
    this.trace.push(`${((this.clock.now() - beginning) / 1000).toFixed(3).padStart(9)} ${who}: ${what}`);
  }

  /** Lets time pass until the work is done. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const end = () => {
      isDone = true;
    };
    work.then(end, end);
    for (let moves = 0; ; moves += 1) {
      await this.rest();
      if (isDone) return work;
      if (moves > maxMoves) throw new Error("the run does not end");
      if (!this.clock.moveOn()) throw new Error("nothing is left that could go on");
    }
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.drive(within(undefined, () => this.clock.sleep(ms)));
  }

  /** Something that the emulator does meanwhile. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await work;
    } finally {
      this.busy -= 1;
    }
  }

  /** Until nothing can go on before the clock moves. */
  private async rest(): Promise<void> {
    do await new Promise<void>(resolve => turn(resolve));
    while (this.busy > 0);
  }

  private newId(kind: string): string {
    this.ids += 1;
    return `${kind}_${this.ids}`;
  }

  private newState(): State {
    const { projects, branches, copies } = this.spec;
    const state = emptyState(account);
    const now = new Date(beginning).toISOString();
    for (const project of projectNames.slice(0, projects)) {
      ensureProject(state, project);
      for (const branch of branches) {
        ensureBranch(state, project, branch, defaultEnvironmentType(branch), now, this.newId("build"));
      }
      for (const branch of copies) {
        if (branches.includes(branch)) addWorkingCopy(state, project, branch, now, this.newId("build"));
      }
    }
    return state;
  }
}
