import { Semaphore } from "async-mutex";
import type { Scope, ZuploClient } from "../api/client";
import { Cancelled, ZuploError } from "../api/errors";
import { ListCache } from "../api/listCache";
import { isName } from "../certificates/name";
import { type BranchVariable, type DeploymentPlace, keyOf, type VariableValue } from "./branchVariable";
import { isMask, mayBeMask } from "./masks";

/** The variables of a branch as its next deploy would have them. */
export interface BranchVariables {
  /** Name → value, of those that Zuplo tells. */
  values: ReadonlyMap<string, string>;
  /** Variables whose value may not be told, since they are secret. */
  masked: readonly string[];
  /** Those of them that are told as hardly anything but a secret is. */
  secret: readonly string[];
  /** Name → what is told of those that may as well be no secret: `*`, for instance. */
  doubtful: ReadonlyMap<string, string>;
  /** Those of them that are told without a value. One that is no secret has none. */
  empty: readonly string[];
}

interface Reading {
  /** Undefined where Zuplo does not tell. */
  variables: Promise<BranchVariables | undefined>;
  /** When it was begun, as performance.now() tells. */
  at: number;
}

const readingsAtOnce = 8;

/**
 * What the branches of a project have as variables: read once in a run, kept true by what the run writes, and read
 * again where somebody asks who has waited in between.
 */
export class Variables {
  private readonly readings = new Map<string, Reading>();
  private readonly written = new Map<string, VariableValue>();
  private readonly writes = new Map<string, number>();
  private readonly lost: VariableValue[] = [];
  private readonly environments: ListCache<DeploymentPlace>;
  private readonly turns = new Semaphore(readingsAtOnce);
  private listed: { at: number; items: Promise<unknown[]> } | undefined;
  private freshSince = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: ZuploClient,
    scope: Scope,
    /** Those of the project: the name of one may look like a mask. */
    private readonly certificates: () => Promise<readonly { name: string }[]>,
  ) {
    this.environments = new ListCache<DeploymentPlace>({
      load: () => client.listEnvironments(scope),
      keyOf: environment => environment.name,
    });
  }

  /** Time has passed in which somebody else may have changed a variable: what was read before is read again. */
  noteWait(since = performance.now()): void {
    this.freshSince = Math.max(this.freshSince, since);
  }

  /** Remembers the value that this run gave a variable. */
  async note(variable: VariableValue): Promise<void> {
    this.written.set(keyOf(variable), variable);
    this.writes.set(keyOf(variable), this.timesWritten(variable) + 1);
    const reading = await this.readings.get(variable.branch)?.variables;
    (reading?.values as Map<string, string> | undefined)?.set(variable.name, variable.value);
  }

  /** The value that this run gave a variable last. */
  writtenValueOf(variable: BranchVariable): string | undefined {
    return this.written.get(keyOf(variable))?.value;
  }

  /** How often this run has set a variable. */
  timesWritten(variable: BranchVariable): number {
    return this.writes.get(keyOf(variable)) ?? 0;
  }

  /** Whether a variable has a value, unless this run has given it another one. */
  stillHas(variable: VariableValue): boolean {
    return (this.writtenValueOf(variable) ?? variable.value) === variable.value;
  }

  /** Remembers a value that a variable may have: the write was lost. */
  noteLost(variable: VariableValue): void {
    this.lost.push(variable);
  }

  /** The variables of a branch that have a value by what this run wrote, or may have it, whatever is told of them since. */
  setTo(branch: string, value: string): string[] {
    const all = [...this.written.values(), ...this.lost];
    return all.filter(one => one.branch === branch && one.value === value).map(({ name }) => name);
  }

  /** Whether what is known of a deployment's branch is from before a wait. */
  isStale({ name, branchName }: DeploymentPlace): boolean {
    const reading = this.readings.get(branchName ?? name);
    return reading !== undefined && !this.isFresh(reading);
  }

  /** A list that is read again once after each wait, by whoever asks first. */
  inThisMoment<T>(list: ListCache<T>): Promise<T[]> {
    if (this.listed === undefined || !this.isFresh(this.listed)) {
      const listed = { at: performance.now(), items: list.refresh() };
      this.listed = listed;
      // What has failed for one is asked again by the next.
      listed.items.catch(() => {
        if (this.listed === listed) this.listed = undefined;
      });
    }
    return this.listed.items as Promise<T[]>;
  }

  /** Whether Zuplo tells values of a branch: where it tells none but what this run has written, a mask says nothing. */
  tellsValues(told: BranchVariables, branch: string): boolean {
    return [...told.values.keys()].some(name => this.writtenValueOf({ branch, name }) === undefined);
  }

  /** The variables of the branch that a deployment is of; undefined where they cannot be read. */
  async of(deployment: DeploymentPlace): Promise<BranchVariables | undefined> {
    const branch = deployment.branchName ?? deployment.name;
    const known = this.readings.get(branch);
    if (known !== undefined && this.isFresh(known)) return known.variables;
    const reading = { at: performance.now(), variables: this.read(deployment) };
    this.readings.set(branch, reading);
    return reading.variables;
  }

  private isFresh({ at }: { at: number }): boolean {
    return at >= this.freshSince;
  }

  private async read(deployment: DeploymentPlace): Promise<BranchVariables | undefined> {
    const environment = await this.environmentOf(deployment);
    const told = await this.turns.runExclusive(() => orUndefined(this.client.readVariables(environment)));
    if (told === undefined) return undefined;
    const isDoubtful = Object.values(told).some(value => isMask(value) && isName(value));
    const certificates = isDoubtful ? ((await orUndefined(this.certificates())) ?? []) : [];
    return asVariables(
      told,
      certificates.map(({ name }) => name),
    );
  }

  /** The name of its environment: that of the branch, which is the deployment's own as a rule. */
  private async environmentOf({ name, branchName }: DeploymentPlace): Promise<string> {
    const all = (await orUndefined(this.environments.list())) ?? [];
    if (all.some(environment => environment.name === name)) return name;
    return all.find(environment => environment.branchName === branchName)?.name ?? name;
  }
}

/**
 * What an environment's configurations tell of the variables of its branch.
 *
 * @param certificates names of the project's certificates, which are no masks, whatever they look like
 */
export function asVariables(
  told: Readonly<Record<string, string>>,
  certificates: readonly string[] = [],
): BranchVariables {
  const values = new Map<string, string>();
  const masked: string[] = [];
  const secret: string[] = [];
  const doubtful = new Map<string, string>();
  const empty: string[] = [];
  for (const [name, value] of Object.entries(told)) {
    if (!mayBeMask(value) || certificates.includes(value)) values.set(name, value);
    else masked.push(name);
    if (isMask(value) && !certificates.includes(value)) secret.push(name);
    else if (mayBeMask(value) && value !== "") doubtful.set(name, value);
    if (value === "") empty.push(name);
  }
  return { values, masked, secret, doubtful, empty };
}

/**
 * What Zuplo tells of a variable: empty where it has no value, which a secret may look like. Undefined where it is not
 * told: it may be gone, secret, or not deployed yet.
 */
export function valueIn(told: BranchVariables | undefined, name: string): string | undefined {
  return told?.values.get(name) ?? (told?.empty.includes(name) === true ? "" : undefined);
}

/** Where Zuplo does not tell, nothing is known; only the end of the run ends this, too. */
export async function orUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Cancelled || !(error instanceof ZuploError)) throw error;
    return undefined;
  }
}
